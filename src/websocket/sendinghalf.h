// SPDX-License-Identifier: MIT
#pragma once

#include "transport/stream.h"
#include "websocket/messagetranslator.h"

#include <QtCore/qobject.h>

#include <functional>
#include <memory>
#include <mutex>

namespace QRepod {

//! The sending half of a WebSocketStream. The stream uses it in turns, in its thread. Between
//! turns, if nothing is left to write, a DirectWriter may write past the stream.
class SendingHalf : public std::enable_shared_from_this<SendingHalf>
{
public:
    //! A turn of the stream, during which nobody else writes. Turns may be nested.
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
        : m_translator(role, std::move(texts))
    {
    }

    /// \name During a turn
    /// @{
    MessageTranslator &translator() { return m_translator; }

    //! The bytes still to be written; more may be appended.
    QByteArray &unwritten() { return m_unwritten; }
    qint64 unwrittenBytes() const { return m_unwritten.size() - m_written; }

    //! Writes as much as \a below takes. If writing has failed, the rest is dropped.
    void flush(Stream &below);

    //! Sets whether messages may be written past the stream.
    void setOpen(bool isOpen) { m_isOpen = isOpen; }
    /// @}

    //! Returns a writer that goes past the stream, to the socket of \a below. If the socket does
    //! not take a whole message, the rest becomes unwritten(), and \a resume is called in the
    //! thread of \a context. There may be more to write after it by then.
    std::unique_ptr<DirectWriter> directWriter(std::unique_ptr<DirectWriter> below,
                                               QObject *context, std::function<void()> resume);

    //! The stream ends, and the function given to directWriter() is not called any more. Called in
    //! the stream's thread.
    void detach() { m_resume = nullptr; }

private:
    class Writer;

    qint64 writePast(const DirectWriter &below, QByteArrayView frames, int *error);
    void resumeLater();

    QObject *m_context = nullptr;   // set before there is a direct writer
    std::function<void()> m_resume; // for the stream's thread

    std::mutex m_mutex; // guards everything below; during a turn the stream needs no lock
    int m_turns = 0;    // nested
    bool m_isOpen = false;
    MessageTranslator m_translator;
    QByteArray m_unwritten;  // what the stream below has not taken
    qsizetype m_written = 0; // bytes of m_unwritten already written
};

} // namespace QRepod
