// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>

namespace QRepod {

//! The messages that a peer may not have received yet, by number.
///
/// Both ends count alike: the first message with an action is number 1. A value without a lock or a
/// clock.
class KeptMessages
{
public:
    enum class Form {
        Final,
        Replaceable, ///< a newer message may take its number
    };

    //! Messages that follow each other: small ones in one piece, or one by itself.
    struct Part
    {
        QByteArray bytes;              ///< the frames, headers included, without the large values
        QList<LargeValue> largeValues; ///< of one by itself
        qint64 last;                   ///< number of the latest message
        bool isRun;                    ///< of small ones

        qint64 size() const; ///< on the wire, in bytes
    };

    //! Keeps \a message, which is the next.
    void add(const EncodedMessage &message, Form form = Form::Final);

    //! Message number \a number, which is replaceable, is \a message now.
    void replace(qint64 number, const EncodedMessage &message);

    //! The peer has received the messages up to number \a received.
    ///
    /// \return false if that cannot be: it has told of more already, or so many were never sent.
    bool forget(qint64 received);

    bool canForget(qint64 received) const { return received >= m_forgotten && received <= last(); }

    //! The number of the latest message.
    qint64 last() const { return m_parts.isEmpty() ? m_forgotten : m_parts.last().last; }

    //! The number of the latest message that the peer has received.
    qint64 forgotten() const { return m_forgotten; }

    //! What the peer may not have received, in order.
    const QList<Part> &parts() const { return m_parts; }

    //! On the wire, in bytes.
    qint64 bytes() const { return m_bytes; }

private:
    void forgetOfRun(qint64 received);

    QList<Part> m_parts;
    qint64 m_forgotten = 0; // how many came before these
    qint64 m_bytes = 0;
};

} // namespace QRepod
