// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qglobal.h>

QT_BEGIN_NAMESPACE
class QAbstractSocket;
QT_END_NAMESPACE

//! The ways to end a TCP connection that Qt does not offer.
namespace QRepod::SocketEnd {

//! Tells the peer that nothing more will come, and goes on receiving. Everything must have been
//! written.
void closeWriting(QAbstractSocket &socket);

//! Ends the connection with a reset, at once.
void reset(QAbstractSocket &socket);

} // namespace QRepod::SocketEnd
