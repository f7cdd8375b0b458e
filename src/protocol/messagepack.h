// SPDX-License-Identifier: MIT
#pragma once

//! The one place that includes msgpack-cxx, so that its configuration is the same everywhere.

#ifndef MSGPACK_NO_BOOST
#    define MSGPACK_NO_BOOST
#endif

QT_WARNING_PUSH
QT_WARNING_DISABLE_GCC("-Wconversion")
QT_WARNING_DISABLE_GCC("-Wsign-conversion")
QT_WARNING_DISABLE_GCC("-Wuseless-cast")
#include <msgpack.hpp>
QT_WARNING_POP
