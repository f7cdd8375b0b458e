// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/message.h"
#if QT_CONFIG(future)
#    include "session/pendingrequests.h"
#else
template <class T>
class QFuture; // declares what is not defined then
#endif
#include "session/session.h"
#include "transport/deadlines.h"

namespace QRepod {

#if QT_CONFIG(future)

//! The asking side of requests: sends them to the peer and finishes their futures.
///
/// Used in the reader's thread. Continuations of a future run inside takeReply(), expire() and
/// failAll(), and may delete the reader and this with it.
class Requester final : private Deadline
{
public:
    //! \a reader is woken when a request has timed out, and must then call expire().
    Requester(Deadlines &deadlines, WakeTarget reader);

    //! Fails the futures that are still waiting once control returns to the event loop, because
    //! nothing may be called back while the reader is being deleted.
    virtual ~Requester();

    //! Sends a request. If it cannot be sent, its future has already failed.
    QFuture<QVariant> ask(Session &session, const QString &action, QVariantMap fields, int timeout);

    //! \return whether \a message answers a waiting request, whose future it then finishes.
    bool takeReply(const Message &message);

    bool isOverdue() const { return m_pending.nextDeadline() <= Deadlines::now(); }

    //! Fails requests that have timed out.
    void expire();

    void failAll(const QString &reason) { m_pending.failAll(reason); }

private:
    void handleDeadline() override;
    void awaitNext();

    const WakeTarget m_reader;
    PendingRequests m_pending;
    qint64 m_alarm = PendingRequests::never; // the time that the deadline is set to
};

#else

//! Without QFuture nobody can ask, and no Requester is created.
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
