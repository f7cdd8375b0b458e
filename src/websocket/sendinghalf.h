// SPDX-License-Identifier: MIT
#pragma once

#include "transport/stream.h"
#include "websocket/outgoing.h"

#include <QtCore/qobject.h>

#include <functional>
#include <memory>
#include <mutex>

namespace QRepod {

//! The half of a WebSocketStream that sends. The stream uses it by turns, in its thread; between
//! them, while nothing is left over, a DirectWriter may write past the stream.
class SendingHalf : public std::enable_shared_from_this<SendingHalf>
{
public:
    //! A turn of the stream's, during which nobody else writes. It may have one inside of another.
    class Turn
    {
    public:
        explicit Turn(SendingHalf &half);
        ~Turn();
        Q_DISABLE_COPY_MOVE(Turn)

    private:
        SendingHalf &m_half;
    };

    SendingHalf(Role role, std::shared_ptr<JsonTexts> texts)
        : m_outgoing(role, std::move(texts))
    {
    }

    /// \name During a turn
    /// @{
    Outgoing &outgoing() { return m_outgoing; }

    //! What is yet to be written; more may be appended.
    QByteArray &unwritten() { return m_unwritten; }
    qint64 unwrittenBytes() const { return m_unwritten.size() - m_written; }

    //! Writes as much of it as \a below takes. If that takes nothing any more, nothing is left.
    void flush(Stream &below);

    //! Messages may be written past the stream from now on, or not any more.
    void setOpen(bool isOpen) { m_isOpen = isOpen; }
    /// @}

    //! A way past the stream, to the socket of \a below. When the socket does not take the whole of
    //! a message, the rest is unwritten(), and \a goOn is called in the thread of \a context: there
    //! may be more to write behind it by then.
    std::unique_ptr<DirectWriter> directWriter(std::unique_ptr<DirectWriter> below,
                                               QObject *context, std::function<void()> goOn);

    //! The stream ends: \a goOn, see directWriter(), is not called any more. In its thread.
    void detach() { m_goOn = nullptr; }

private:
    class Writer;

    qint64 writePast(const DirectWriter &below, QByteArrayView frames, int *error);
    void goOnLater();

    QObject *m_context = nullptr; // set before there is a direct writer
    std::function<void()> m_goOn; // for the stream's thread

    std::mutex m_mutex; // guards everything below; during a turn the stream needs no lock
    int m_turns = 0;    // one inside of another
    bool m_isOpen = false;
    Outgoing m_outgoing;
    QByteArray m_unwritten;  // what the stream below has not taken
    qsizetype m_written = 0; // of this, in bytes
};

} // namespace QRepod
