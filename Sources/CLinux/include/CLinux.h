// Linux headers that Glibc's Swift overlay leaves out, and the macros that Swift cannot import.
#pragma once
#include <errno.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>
