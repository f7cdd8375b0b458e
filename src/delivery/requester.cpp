// SPDX-License-Identifier: MIT
#include "delivery/requester.h"

#include "delivery/requestfields.h"

#include <QtCore/qobject.h>

#include <memory>

namespace QRepod {

namespace {

//! Fails \a requests once control returns to the event loop.
void failLater(PendingRequests &&requests)
{
    auto *const later = new QObject;
    QMetaObject::invokeMethod(
        later,
        [pending = std::make_shared<PendingRequests>(std::move(requests))] {
            pending->failAll(connectionEnded());
        },
        Qt::QueuedConnection);
    later->deleteLater();
}

} // namespace

Requester::Requester(Deadlines &deadlines, WakeTarget reader)
    : Deadline(deadlines)
    , m_reader(reader)
{
}

Requester::~Requester()
{
    if (m_pending.size() > 0)
        failLater(std::move(m_pending));
}

QFuture<QVariant> Requester::ask(Session &session, const QString &action, QVariantMap fields,
                                 int timeout)
{
    const std::optional<PendingRequests::Added> added =
        m_pending.add(action, timeout, Deadlines::now());
    if (!added)
        return failedRequest(action,
                             QStringLiteral("%1 requests are already waiting for an answer")
                                 .arg(PendingRequests::maximum));
    fields.insert(requestField(), added->number);
    const EncodedMessage message(withAction(action, fields), session.limits());
    if (!message.isValid()) {
        m_pending.fail(added->number, message.error());
    } else if (const Outbox::Result result = session.send(message);
               result.status != Outbox::Status::Accepted) {
        m_pending.fail(added->number, result.error.isEmpty() ? notConnected() : result.error);
    } else {
        awaitNext();
    }
    return added->future;
}

bool Requester::takeReply(const Message &message)
{
    if (!isReply(message) || !m_pending.contains(*message.request()))
        return false;
    const QVariantMap &fields = message.map();
    const QVariant error = fields.value(errorField());
    if (error.isNull())
        return m_pending.finish(*message.request(), fields.value(resultField()));
    const QString reason = error.toString();
    return m_pending.fail(*message.request(), reason.isEmpty() ? wasRefused() : reason);
}

void Requester::expire()
{
    if (!isOverdue())
        return;
    awaitNext(); // before expire(), which may delete this; the alarm may then come early
    m_pending.expire(Deadlines::now());
}

void Requester::handleDeadline()
{
    m_alarm = PendingRequests::never;
    if (isOverdue())
        m_reader.wake();
    else
        awaitNext();
}

//! Sets the deadline for the next request, unless it is already earlier.
void Requester::awaitNext()
{
    const qint64 next = m_pending.nextDeadline();
    if (next >= m_alarm)
        return;
    m_alarm = next;
    setDeadline(next - Deadlines::now());
}

} // namespace QRepod
