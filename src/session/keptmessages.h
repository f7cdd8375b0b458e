// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/encodedmessage.h"

#include <QtCore/qbytearray.h>
#include <QtCore/qlist.h>

#include <cstring>
#include <memory>
#include <span>
#include <vector>

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
        Replaceable, ///< a newer message may take its place and number
    };

    //! Consecutive small messages, their frames in one piece of memory.
    class Run
    {
    public:
        Run() = default; ///< no run: it has no memory
        explicit Run(qsizetype capacity)
            : m_bytes(new char[size_t(capacity)])
            , m_capacity(capacity)
        {
        }

        explicit operator bool() const { return m_bytes != nullptr; }
        bool hasRoomFor(qsizetype size) const { return m_capacity - m_end >= size; }
        void append(QByteArrayView frame)
        {
            std::memcpy(m_bytes.get() + m_end, frame.data(), size_t(frame.size()));
            m_end += frame.size();
        }
        void removeFirst(); ///< removes the first frame
        QByteArrayView frames() const { return {m_bytes.get() + m_begin, m_end - m_begin}; }

    private:
        std::unique_ptr<char[]> m_bytes;
        qsizetype m_capacity = 0;
        qsizetype m_begin = 0;
        qsizetype m_end = 0;
    };

    //! Consecutive messages: a run of small ones, or a single other message.
    struct Part
    {
        Run run;
        QByteArray bytes; ///< of a single message: its frame, without the large values
        QList<LargeValue> largeValues;
        qint64 last = 0; ///< number of the latest message

        qint64 size() const; ///< on the wire, in bytes
    };

    //! Keeps \a message, which is the next.
    void add(const EncodedMessage &message, Form form = Form::Final)
    {
        const QByteArray &bytes = message.bytes();
        if (form == Form::Final && bytes.size() <= smallSize && message.largeValues().isEmpty())
            addSmall(bytes);
        else
            addByItself(message);
    }

    //! Counts the next message as already received by the peer. Only while nothing is kept.
    void skip() { m_forgotten = ++m_last; }

    //! Replaces message number \a number, which must be replaceable, by \a message.
    void replace(qint64 number, const EncodedMessage &message);

    //! Forgets the messages up to number \a received, which the peer has.
    ///
    /// \return false if \a received is impossible: the peer has claimed more before, or so many
    ///         were never sent.
    bool forget(qint64 received);

    bool canForget(qint64 received) const { return received >= m_forgotten && received <= last(); }

    //! The number of the latest message.
    qint64 last() const { return m_last; }

    //! The number of the latest message that the peer has received.
    qint64 forgotten() const { return m_forgotten; }

    //! The messages that the peer may not have received, in order.
    std::span<const Part> parts();

    //! The size of all kept messages on the wire, in bytes.
    qint64 bytes() const { return m_bytes; }

private:
    // Up to this size a copy is cheaper than keeping the message, whose memory would go back to the
    // heap much later, in the thread that reads the receipts. In bytes.
    static constexpr qsizetype smallSize = 256;

    void addSmall(QByteArrayView frame)
    {
        if (!m_run.hasRoomFor(frame.size()))
            beginRun();
        m_run.append(frame);
        ++m_last;
        m_bytes += frame.size();
    }
    void addByItself(const EncodedMessage &message);

    bool isEmpty() const { return m_first == m_parts.size() && !m_run; }
    void beginRun();
    void endRun();
    void removeFirst();

    std::vector<Part> m_parts; // a deque would cost each idle session half a KiB
    size_t m_first = 0;        // the first part that is still kept
    Run m_run; // behind the parts, for more small messages; without memory or not empty
    qsizetype m_runSize = 0; // of the latest run's memory
    qint64 m_forgotten = 0;  // the number of the latest forgotten message
    qint64 m_last = 0;
    qint64 m_bytes = 0;
};

} // namespace QRepod
