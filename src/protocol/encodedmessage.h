// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encoder.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

namespace QRepod {

//! A message encoded as a frame: made once, sent to any number of peers.
///
/// It is a value: copies share the bytes, also between threads. Large values are not copied; they
/// share the memory of the message.
class EncodedMessage
{
public:
    //! No message: not valid, and error() is empty.
    EncodedMessage() = default;
    ~EncodedMessage();
    EncodedMessage(const EncodedMessage &) = default;
    EncodedMessage &operator=(const EncodedMessage &) = default;
    EncodedMessage(EncodedMessage &&) = default;
    EncodedMessage &operator=(EncodedMessage &&) = default;

    //! Encodes \a message. The result is not valid if a value has no form on the wire, the message
    //! is over \a limits, or its `action` is not text.
    EncodedMessage(const QVariantMap &message, const MessageLimits &limits);

    //! Wraps a message that is already encoded: \a frame, header included.
    EncodedMessage(const QString &action, const QByteArray &frame)
        : m_action(action)
        , m_bytes(frame)
    {
    }

    bool isValid() const { return !m_bytes.isEmpty(); }

    //! Why the message is not valid.
    QString error() const { return m_error; }

    //! The action, for logs and statistics; also set for a message that cannot be encoded.
    QString action() const { return m_action; }

    //! The size on the wire in bytes, header included; 0 if not valid.
    qint64 size() const;

    //! The frame, header included, without the large values.
    const QByteArray &bytes() const { return m_bytes; }

    //! The large values to insert into bytes(), each at its position, in ascending order.
    const QList<LargeValue> &largeValues() const { return m_largeValues; }

    //! The frame in one piece. If there are large values, this copies everything.
    QByteArray frame() const;

private:
    QString m_action;
    QByteArray m_bytes;
    QList<LargeValue> m_largeValues;
    QString m_error;
};

//! Returns \a fields with `action` set to \a action.
inline QVariantMap withAction(const QString &action, const QVariantMap &fields)
{
    QVariantMap message = fields;
    message.insert(QStringLiteral("action"), action);
    return message;
}

} // namespace QRepod
