// SPDX-License-Identifier: MIT
#include "session/pendingrequests.h"

#include "session/refusaltext.h"

#include <QRepod/requesterror.h>

#include <algorithm>

namespace QRepod {

namespace {

RequestError requestError(const QString &action, const QString &reason)
{
    return RequestError(refusalText(action, reason));
}

} // namespace

QFuture<QVariant> failedRequest(const QString &action, const QString &reason)
{
    return QtFuture::makeExceptionalFuture<QVariant>(requestError(action, reason));
}

void PendingRequests::Pending::finish(const QVariant &result)
{
    promise.addResult(result);
    promise.finish();
}

void PendingRequests::Pending::fail(const QString &reason)
{
    promise.setException(requestError(action, reason));
    promise.finish();
}

std::optional<PendingRequests::Added> PendingRequests::add(const QString &action, int timeout,
                                                           qint64 now)
{
    if (m_requests.size() >= maximum)
        return {};
    const quint64 number = ++m_latest;
    const qint64 deadline = timeout < 0 ? never : now + timeout;
    Pending &pending =
        m_requests.emplace(number, Pending{action, timeout, deadline, {}}).first->second;
    if (deadline != never)
        m_deadlines.emplace(deadline, number);
    pending.promise.start();
    return Added{number, pending.promise.future()};
}

std::optional<PendingRequests::Pending> PendingRequests::take(quint64 number)
{
    auto node = m_requests.extract(number);
    if (!node)
        return {};
    m_deadlines.erase({node.mapped().deadline, number});
    return std::optional<Pending>(std::move(node.mapped()));
}

bool PendingRequests::finish(quint64 number, const QVariant &result)
{
    std::optional<Pending> pending = take(number);
    if (pending)
        pending->finish(result);
    return pending.has_value();
}

bool PendingRequests::fail(quint64 number, const QString &reason)
{
    std::optional<Pending> pending = take(number);
    if (pending)
        pending->fail(reason);
    return pending.has_value();
}

void PendingRequests::failAll(const QString &reason)
{
    m_deadlines.clear();
    std::vector<std::pair<quint64, Pending>> all;
    for (auto &[number, pending] : std::exchange(m_requests, {}))
        all.emplace_back(number, std::move(pending));
    std::sort(all.begin(), all.end(),
              [](const auto &a, const auto &b) { return a.first < b.first; });
    for (auto &[number, pending] : all)
        pending.fail(reason);
}

void PendingRequests::expire(qint64 now)
{
    std::vector<Pending> expired;
    while (nextDeadline() <= now)
        expired.push_back(*take(m_deadlines.begin()->second));
    for (Pending &pending : expired)
        pending.fail(QStringLiteral("timed out after %1 ms").arg(pending.timeout));
}

} // namespace QRepod
