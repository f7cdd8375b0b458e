// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encoder.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! A message as the frame that goes to the wire: made once, sent to any number of peers.
///
/// It is a value: copies share the bytes, also between threads. Large values of the message stay in
/// the memory that the message has them in.
class EncodedMessage
{
public:
    //! Not a message; error() is empty.
    EncodedMessage() = default;
    ~EncodedMessage();
    EncodedMessage(const EncodedMessage &) = default;
    EncodedMessage &operator=(const EncodedMessage &) = default;
    EncodedMessage(EncodedMessage &&) = default;
    EncodedMessage &operator=(EncodedMessage &&) = default;

    //! Encodes \a message. What cannot be sent is not valid: a value without a form on the wire, a
    //! message over \a limits, one without a text as its `action`.
    EncodedMessage(const QVariantMap &message, const MessageLimits &limits);

    //! A message that is encoded already, as \a frame with its header.
    EncodedMessage(const QString &action, const QByteArray &frame)
        : m_action(action)
        , m_bytes(frame)
    {
    }

    bool isValid() const { return !m_bytes.isEmpty(); }

    //! Why it is not valid.
    QString error() const { return m_error; }

    //! For logs and statistics; known for what cannot be encoded, too.
    QString action() const { return m_action; }

    //! Bytes on the wire, header included; 0 if it is not valid.
    qint64 size() const;

    //! The frame, header included, without the large values.
    const QByteArray &bytes() const { return m_bytes; }

    //! What belongs in between: each at its position in bytes(), in ascending order.
    const QList<LargeValue> &largeValues() const { return m_largeValues; }

    //! The frame in one piece; a copy of everything if there are large values.
    QByteArray frame() const;

private:
    QString m_action;
    QByteArray m_bytes;
    QList<LargeValue> m_largeValues;
    QString m_error;
};

//! \a fields with `action` set to \a action.
inline QVariantMap withAction(const QString &action, const QVariantMap &fields)
{
    QVariantMap message = fields;
    message.insert(QStringLiteral("action"), action);
    return message;
}

} // namespace QRepod
