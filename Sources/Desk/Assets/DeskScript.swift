extension DeskAssets {
    /// Keys, the live list and relative times. Everything that decides works without it.
    static let script = #"""
        'use strict';
        (() => {
          const list = document.getElementById('list');
          const quick = document.getElementById('quick');
          const link = document.getElementById('link');
          let chosen = null;

          const items = () => list ? [...list.querySelectorAll('li[data-id]')] : [];
          const choose = (id, scroll) => {
            chosen = id;
            for (const item of items()) {
              const on = item.dataset.id === id;
              item.classList.toggle('chosen', on);
              if (on && scroll) item.scrollIntoView({ block: 'nearest' });
            }
          };
          const step = (by) => {
            const all = items();
            if (!all.length) return;
            const at = all.findIndex((item) => item.dataset.id === chosen);
            const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by));
            choose(all[next].dataset.id, true);
          };

          const ago = () => {
            const words = list ? list.dataset.ago.split('|') : null;
            if (!words) return;
            for (const time of document.querySelectorAll('time.ago')) {
              const s = Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000));
              time.textContent = s < 60 ? words[0] : s < 3600 ? Math.floor(s / 60) + sp(words[1])
                : s < 86400 ? Math.floor(s / 3600) + sp(words[2]) : Math.floor(s / 86400) + sp(words[3]);
            }
          };
          const sp = (word) => word.startsWith(' ') ? word : ' ' + word;

          let waiting = null;
          const refresh = async () => {
            waiting = null;
            try {
              const answer = await fetch(list.dataset.rows, { headers: { 'X-Fragment': '1' }, credentials: 'same-origin' });
              if (answer.status === 401) { location.reload(); return; }
              if (!answer.ok) return;
              const before = new Set(items().map((item) => item.dataset.id));
              const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
              list.replaceChildren(...page.getElementById('rows').childNodes);
              const summary = document.querySelector('.summary'), other = page.querySelector('.summary');
              if (summary && other) summary.replaceChildren(...other.childNodes);
              for (const item of items()) if (!before.has(item.dataset.id)) item.classList.add('fresh');
              choose(chosen, false);
              ago();
            } catch (error) { later(5000); }
          };
          const later = (after) => { if (!waiting) waiting = setTimeout(refresh, after); };

          if (list) {
            const source = new EventSource(list.dataset.live);
            const state = (on) => {
              if (!link) return;
              link.className = 'link ' + (on ? 'on' : 'off');
              link.textContent = on ? link.dataset.on : link.dataset.off;
            };
            let wasOff = false;
            source.onopen = () => { state(true); if (wasOff) later(0); wasOff = false; };
            source.onerror = () => { state(false); wasOff = true; };
            source.addEventListener('change', () => later(300));
            setInterval(ago, 30000);
            addEventListener('pagehide', () => source.close());
          }

          const live = document.querySelector('[data-watch]');
          if (live) {
            const source = new EventSource('/live');
            source.addEventListener('change', (event) => {
              if (event.data === '*' || event.data.split(',').includes(live.dataset.watch)) live.hidden = false;
            });
            addEventListener('pagehide', () => source.close());
          }

          addEventListener('keydown', (event) => {
            if (event.ctrlKey || event.metaKey || event.altKey) return;
            if (event.target.closest('input, textarea, select, dialog')) {
              if (event.key === 'Escape') event.target.blur();
              return;
            }
            const reason = document.getElementById('reason');
            switch (event.key) {
              case 'j': case 'ArrowDown': if (!list) return; step(1); break;
              case 'k': case 'ArrowUp': if (!list) return; step(-1); break;
              case 'Enter':
                if (!list || !chosen || event.target.closest('a, button')) return;
                list.querySelector('li.chosen a').click(); break;
              case 'a':
                if (list && quick && chosen) {
                  const item = list.querySelector('li.chosen');
                  if (!item || item.dataset.handling !== 'published') return;
                  quick.querySelector('form').action = '/alerts/' + chosen + '/act';
                  document.getElementById('quick-what').textContent = item.querySelector('strong').textContent;
                  quick.showModal();
                  quick.querySelector('[name=reason]').select();
                } else if (reason) { reason.focus(); } else return;
                break;
              case '/': { const search = document.querySelector('[type=search]'); if (!search) return; search.focus(); search.select(); break; }
              case 'Escape': case 'u': { const back = document.getElementById('back'); if (!back) return; back.click(); break; }
              default: return;
            }
            event.preventDefault();
          });
          const no = document.getElementById('quick-no');
          if (no) no.addEventListener('click', () => quick.close());
          const print = document.getElementById('print');
          if (print) print.addEventListener('click', () => window.print());
          // A second click must not decide twice.
          for (const form of document.querySelectorAll('form[method=post]')) {
            form.addEventListener('submit', (event) => {
              if (form.dataset.sent) { event.preventDefault(); return; }
              form.dataset.sent = '1';
              setTimeout(() => delete form.dataset.sent, 4000);
            });
          }
        })();

        """#
}
