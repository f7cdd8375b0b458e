// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encoder.h"
#include "protocol/frame.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <algorithm>
#include <array>

namespace QRepod {

//! A message of the library's own, for handlers, which get it like one from the wire, or for the
//! peer.
class BuiltIn
{
public:
    static BuiltIn connected() { return BuiltIn(QStringLiteral("connected")); }
    //! The server's greeting, with the \a token of the session that it keeps.
    static BuiltIn greeting(const QString &token)
    {
        return BuiltIn(QStringLiteral("connected"), {{QStringLiteral("_session"), token}});
    }
    static BuiltIn socketConnect() { return BuiltIn(QStringLiteral("socketConnect")); }
    static BuiltIn disconnected() { return BuiltIn(QStringLiteral("disconnected")); }
    static BuiltIn interrupted() { return BuiltIn(QStringLiteral("interrupted")); }
    static BuiltIn resumed() { return BuiltIn(QStringLiteral("resumed")); }
    static BuiltIn error(const QString &text)
    {
        return BuiltIn(QStringLiteral("error"), {{QStringLiteral("error"), text}});
    }

    //! Returns whether \a action is reserved for the library: a client that sends it cannot make
    //! its server believe that something has happened to a connection.
    static bool isName(QByteArrayView action)
    {
        constexpr std::array<QByteArrayView, 6> names = {
            "connected", "socketConnect", "disconnected", "error", "interrupted", "resumed"};
        return std::find(names.begin(), names.end(), action) != names.end();
    }

    //! The message for handlers; refers to this object.
    Frame frame() const { return {QByteArrayView(m_bytes).sliced(frameHeaderSize), m_action}; }

    //! The message for the wire, header included.
    QByteArray bytes() const { return m_bytes; }

private:
    explicit BuiltIn(const QString &action, QVariantMap fields = {})
        : m_action(action.toUtf8())
    {
        fields.insert(QStringLiteral("action"), action);
        appendFrame(m_bytes, fields, MessageLimits());
    }

    QByteArray m_action;
    QByteArray m_bytes;
};

} // namespace QRepod
