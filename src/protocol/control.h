// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! A control frame, which QRepod peers exchange outside of messages: a small map without `action`,
//! which every repod peer skips.
///
/// A value.
class Control
{
public:
    enum class Kind {
        Unknown,
        Hello,    ///< `_hello`: the peer understands control frames
        Refused,  ///< `_refused`: the server does not want this client; the value is the reason
        Redirect, ///< `_redirect`: the client must connect to the address in the value
        Ping,     ///< `_ping`: asks for the server's time; the answer repeats the value
        Pong,     ///< `_pong`: the answer
        Resume,   ///< `_resume`: continues the session whose token is the value
        Resumed,  ///< `_resumed`: it continues; the value counts the messages the server received
        Lost,     ///< `_lost`: the server no longer knows the session; the value is the reason
        Ack,      ///< `_ack`: the value is how many messages the peer has received
        Bye,      ///< `_bye`: the peer ends its session
    };

    //! The limit for the payload of a control frame, in bytes. Longer ones are skipped.
    static constexpr qsizetype maximumSize = 4096;

    //! Returns which kind of control frame a map with \a key, and without `action`, is.
    static Kind kindOf(QByteArrayView key);

    //! Reads \a payload, which is a validated control frame. \a arrival is when it came, in
    //! milliseconds on the clock of deadlines.
    explicit Control(QByteArrayView payload, qint64 arrival = 0);

    Kind kind() const { return m_kind; }

    //! The value of the key that determines the kind.
    QVariant value() const { return m_value; }

    qint64 arrival() const { return m_arrival; }

    //! The value as a number of messages; -1 if it is not one.
    qint64 count() const { return count(m_value); }

    //! For Resume: how many messages the client has received; -1 if it does not say.
    qint64 received() const { return count(m_fields.value(QStringLiteral("_received"))); }

    //! All fields; \see value()
    const QVariantMap &fields() const { return m_fields; }

    //! A control frame for the wire, header included.
    static QByteArray frame(const QVariantMap &fields);

    static QByteArray hello();
    static QByteArray refused(const QString &reason);
    static QByteArray redirect(const QString &address);
    static QByteArray pong(const QVariant &ping, qint64 time);
    static QByteArray resume(const QString &token, qint64 received);
    static QByteArray resumed(qint64 received);
    static QByteArray lost(const QString &reason);
    static QByteArray ack(qint64 received);
    static QByteArray bye();

private:
    static qint64 count(const QVariant &value);

    Kind m_kind = Kind::Unknown;
    QVariant m_value;
    QVariantMap m_fields;
    qint64 m_arrival;
};

} // namespace QRepod
