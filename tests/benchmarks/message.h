// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qvariant.h>

//! The message to measure: a player has moved. 50 bytes of MessagePack.
const QVariantMap &moveMessage();

//! The message as a frame on QRepod's wire: 54 bytes.
const QByteArray &moveFrame();
