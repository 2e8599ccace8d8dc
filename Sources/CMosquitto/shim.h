// libmosquitto as it is; the owner of a client is in the MQTT room.
#pragma once
#include <mosquitto.h>
#include <mqtt_protocol.h>
