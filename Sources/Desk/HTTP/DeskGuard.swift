import HTTPTypes
import Hummingbird
import Lifeline
import NIOCore
import NIOHTTP1

/// What holds for every answer: headers that keep browsers strict, errors that say what to do, and everything that is refused is counted.
struct DeskGuard: RouterMiddleware {
    typealias Context = DeskContext

    let core: DeskCore

    func handle(_ request: Request, context: DeskContext, next: (Request, DeskContext) async throws -> Response) async throws -> Response {
        var response: Response
        do {
            response = try await next(request, context)
        } catch let error as HTTPParserError {
            // The server itself answers what is no HTTP.
            core.counters.add("bamai_desk_refused_total", "not_http")
            throw error
        } catch {
            response = answer(to: error, of: request, context)
        }
        secure(&response)
        core.counters.add("bamai_desk_requests_total", String(response.status.code), key: "code")
        return response
    }

    private func answer(to error: any Error, of request: Request, _ context: DeskContext) -> Response {
        let isForPrograms = request.uri.path.hasPrefix("/v1/")
        func told(_ status: HTTPResponse.Status, _ chinese: String, _ english: String) -> Response {
            if isForPrograms { return .problem(status, english) }
            let language = DeskServer.language(of: request)
            let frame = PageFrame(
                language: language, session: nil, now: core.now, utcOffsetSeconds: core.settings.utcOffsetSeconds, title: core.settings.title)
            return .html(MessagePage(frame: frame, heading: "\(status.code)", text: language(chinese, english)).html(), status: status)
        }
        switch error {
        case DatabaseError.unavailable(let text):
            context.logger.error("the store refuses: \(text)")
            core.counters.add("bamai_desk_store_failures_total", "unavailable")
            var response = told(.serviceUnavailable, "数据库暂时不可用，请稍后再试。", "The store refuses at the moment; try again soon.")
            response.headers[.retryAfter] = "5"
            return response
        case DatabaseError.failed(let text):
            context.logger.error("\(text)")
            core.counters.add("bamai_desk_store_failures_total", "failed")
            return told(.internalServerError, "数据库出错，详见服务日志。", "The store failed; the log says how.")
        case DeskCore.IngestFailure.behind(let seconds):
            var response = told(.tooManyRequests, "系统繁忙，请稍后再试。", "Too many wait already; come back later.")
            response.headers[.retryAfter] = String(seconds)
            return response
        case DeskCore.IngestFailure.full:
            var response = told(.serviceUnavailable, "存储已满。", "The store is full: close alerts that are dealt with, or raise --max-store.")
            response.headers[.retryAfter] = String(Int.random(in: 60...120))
            return response
        case is NIOTooManyBytesError:
            core.counters.add("bamai_desk_refused_total", "too_large")
            return told(.contentTooLarge, "请求过大。", "The request is too large.")
        case let error as HTTPError where error.status.code == 404:
            return told(.notFound, "没有这个页面。", "There is no such page.")
        case let error as HTTPError where error.status.code < 500:
            var response = told(error.status, "请求无效或没有权限。", error.body ?? "The request is not understood.")
            response.headers.append(contentsOf: error.headers)
            return response
        case is CancellationError:
            return told(.serviceUnavailable, "服务正在停止。", "The desk is stopping.")
        default:
            context.logger.error("\(request.method) \(request.uri.path): \(error)")
            return told(.internalServerError, "服务内部错误，详见日志。", "Something went wrong; the log says what.")
        }
    }

    /// *Source*: OWASP Secure Headers. Nothing comes from elsewhere, nothing is framed, no script stands in a page.
    private static let strict: [(HTTPField.Name, String)] = [
        (
            .contentSecurityPolicy,
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        (.xContentTypeOptions, "nosniff"),
        (HTTPField.Name("X-Frame-Options")!, "DENY"),
        (HTTPField.Name("Referrer-Policy")!, "same-origin"),
        (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
        (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
        (HTTPField.Name("Permissions-Policy")!, "camera=(), microphone=(), geolocation=()"),
    ]

    private func secure(_ response: inout Response) {
        for (name, value) in DeskGuard.strict { response.headers[name] = value }
        if core.settings.isSecure { response.headers[.strictTransportSecurity] = "max-age=31536000" }
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    }
}

extension Response {
    /// An error for a program. *Source*: RFC 9457.
    static func problem(_ status: HTTPResponse.Status, _ detail: String, cause: String? = nil) -> Response {
        var json = JSONWriter()
        json.beginObject()
        json.member("status", status.code)
        json.member("title", status.reasonPhrase)
        if let cause { json.member("cause", cause) }
        json.member("detail", detail)
        json.endObject()
        return Response(
            status: status, headers: [.contentType: "application/problem+json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.bytes)))
    }
}
