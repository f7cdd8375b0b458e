// SPDX-License-Identifier: MIT
#pragma once

#include "transport/framequeue.h"
#include "transport/outbox.h"
#include "transport/stream.h"

namespace QRepod {

//! What a connection has taken from its outbox and the stream has not taken yet. What may be
//! replaced waits in the outbox while the stream takes nothing.
class Unsent
{
public:
    enum class Result {
        Done,    ///< nothing is left
        Blocked, ///< the stream will tell when it takes more
        Failed,  ///< nothing can be written any more
    };

    bool isEmpty() const { return m_queue.isEmpty(); }

    //! Takes all that waits in \a outbox; nothing is left here.
    void takeFrom(Outbox &outbox) { m_queue = outbox.takeAll(); }

    //! Writes what \a stream takes, and tells \a outbox how much that is.
    Result write(Stream &stream, Outbox &outbox);

    void clear();

private:
    void block(Outbox &outbox);

    FrameQueue m_queue;
    size_t m_first = 0;          // of the parts that have not been written whole
    qsizetype m_sentOfFirst = 0; // bytes
};

} // namespace QRepod
