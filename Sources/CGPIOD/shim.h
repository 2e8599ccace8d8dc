// libgpiod as it is, 1.6 or 2.x: one name, two interfaces. Who needs it uses CLinux/include/gpio.h, which is the same over both.
#pragma once
#include <gpiod.h>
