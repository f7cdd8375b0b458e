// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QAbstractSocket;
QT_END_NAMESPACE

//! Ways to end a TCP connection that Qt does not offer.
namespace QRepod::SocketEnd {

//! Tells the peer that nothing more will come, and goes on receiving. Everything must have been
//! written before.
void closeWriting(QAbstractSocket &socket);

//! Resets the connection at once.
void reset(QAbstractSocket &socket);

} // namespace QRepod::SocketEnd
