// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>

//! The secret with which a client continues its session: whoever has it is the client. It is never
//! logged.
///
/// Pure functions.
namespace QRepod::Token {

//! Creates a token: 128 bits from the system's generator, as 22 URL-safe characters. In a cluster,
//! a dot and the name of the \a node that keeps the session follow.
QString create(const QString &node = {});

//! Returns the node that \a token names; empty if it names none.
QString node(const QString &token);

//! Returns the key for looking \a token up, so that the time it takes reveals nothing about a
//! token.
QByteArray digest(const QString &token);

//! Creates a name for logs, which reveals nothing about a token.
QString createName();

} // namespace QRepod::Token
