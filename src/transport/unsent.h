// SPDX-License-Identifier: MIT
#pragma once

#include "transport/framequeue.h"
#include "transport/outbox.h"
#include "transport/stream.h"

namespace QRepod {

//! What a connection has taken from its outbox and the stream has not yet taken. While the stream
//! takes nothing, replaceable frames wait in the outbox instead.
class Unsent
{
public:
    enum class Result {
        Done,    ///< nothing is left
        Blocked, ///< the stream will say when it takes more
        Failed,  ///< nothing can be written any more
    };

    bool isEmpty() const { return m_queue.isEmpty(); }

    //! Takes everything that waits in \a outbox; call it only when nothing is left here.
    void takeFrom(Outbox &outbox) { m_queue = outbox.takeAll(); }

    //! Writes what \a stream takes, and reports the amount to \a outbox.
    Result write(Stream &stream, Outbox &outbox);

    void clear();

private:
    void block(Outbox &outbox);

    FrameQueue m_queue;
    size_t m_first = 0;          // the first part that is not completely written
    qsizetype m_sentOfFirst = 0; // bytes
};

} // namespace QRepod
