// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/message.h"
#if QT_CONFIG(future)
#    include "session/pendingrequests.h"
#else
template <class T>
class QFuture; // to declare what is not defined then
#endif
#include "session/session.h"
#include "transport/deadlines.h"

namespace QRepod {

#if QT_CONFIG(future)

//! The asking side of requests: sends them to the peer and finishes their futures.
///
/// Used in the reader's thread. What hangs on a future runs inside takeReply(), expire() and
/// failAll(), and may delete the reader and this with it.
class Requester final : private Deadline
{
public:
    //! \a reader is woken when a request has timed out; then it calls expire().
    Requester(Deadlines &deadlines, WakeTarget reader);

    //! The futures of what still waits fail once control returns to the event loop, for nothing is
    //! called back while the reader is being deleted.
    virtual ~Requester();

    //! Sends a request. Its future has failed already if that cannot be.
    QFuture<QVariant> ask(Session &session, const QString &action, QVariantMap fields, int timeout);

    //! Whether \a message is the answer to a request that waits. If so, its future is finished.
    bool takeReply(const Message &message);

    bool isOverdue() const { return m_pending.nextDeadline() <= Deadlines::now(); }

    //! Fails what has timed out.
    void expire();

    void failAll(const QString &reason) { m_pending.failAll(reason); }

private:
    void handleDeadline() override;
    void awaitNext();

    const WakeTarget m_reader;
    PendingRequests m_pending;
    qint64 m_alarm = PendingRequests::never; // what the deadline is set to
};

#else

//! Without QFuture nobody asks, and none of these is made.
class Requester
{
public:
    bool takeReply(const Message &message)
    {
        Q_UNUSED(message)
        return false;
    }
    bool isOverdue() const { return false; }
    void expire() { }
    void failAll(const QString &reason) { Q_UNUSED(reason) }
};

#endif

} // namespace QRepod
