// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qbytearray.h>
#include <QtCore/qbytearrayview.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! What two QRepod peers say to each other beside messages: a small map without `action`, which
//! every repod peer skips.
///
/// A value.
class Control
{
public:
    enum class Kind {
        Unknown,
        Hello,    ///< `_hello`: the peer understands control frames
        Refused,  ///< `_refused`: the server does not want this client; the value is the reason
        Redirect, ///< `_redirect`: the client is to go to the address that is the value
        Ping,     ///< `_ping`: asks for the server's time; the value comes back
        Pong,     ///< `_pong`: the answer
        Resume,   ///< `_resume`: goes on with the session whose token is the value
        Resumed, ///< `_resumed`: it goes on; the value is how many messages the server has received
        Lost,    ///< `_lost`: the session is not known any more; the value is the reason
        Ack,     ///< `_ack`: the value is how many messages the peer has received
        Bye,     ///< `_bye`: the peer ends its session
    };

    //! No control frame has a longer payload; what is longer is skipped. In bytes.
    static constexpr qsizetype greatestSize = 4096;

    //! What \a key makes a map without `action`.
    static Kind kindOf(QByteArrayView key);

    //! \a payload is validated, and a control frame; it came at \a arrival, in milliseconds on the
    //! clock of deadlines.
    explicit Control(QByteArrayView payload, qint64 arrival = 0);

    Kind kind() const { return m_kind; }

    //! Of the key that the kind goes by.
    QVariant value() const { return m_value; }

    qint64 arrival() const { return m_arrival; }

    //! The value as a number of messages; -1 if it is none.
    qint64 count() const { return count(m_value); }

    //! Of Resume: how many messages the client has received; -1 if it does not say.
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
