// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qstring.h>
#include <QtCore/qvariant.h>

#include <limits>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

namespace QRepod {

//! Returns the failed future of a request that \a reason keeps from being sent.
QFuture<QVariant> failedRequest(const QString &action, const QString &reason);

//! The requests of one end that wait for an answer, by the number that the answer names.
///
/// It knows neither peer nor clock: its owner passes in what has arrived and what time it is. Used
/// in one thread.
///
/// A future's continuations run when it finishes, and may do anything: ask again, or delete the
/// owner and this with it. So a function that has finished a future uses only its own variables
/// after that.
class PendingRequests
{
public:
    //! How many requests may wait, so that a peer that never answers costs no more memory than
    //! this.
    static constexpr size_t maximum = 10'000;

    static constexpr qint64 never = std::numeric_limits<qint64>::max();

    struct Added
    {
        quint64 number; ///< not used before
        QFuture<QVariant> future;
    };

    //! Adds a request that times out \a timeout milliseconds after \a now; a negative timeout means
    //! never.
    ///
    /// \return nothing if too many are waiting.
    std::optional<Added> add(const QString &action, int timeout, qint64 now);

    bool contains(quint64 number) const { return m_requests.contains(number); }
    size_t size() const { return m_requests.size(); }

    //! Finishes the request \a number with \a result.
    ///
    /// \return whether it was waiting.
    bool finish(quint64 number, const QVariant &result);

    //! Fails the request \a number. The error names its action before \a reason.
    ///
    /// \return whether it was waiting.
    bool fail(quint64 number, const QString &reason);

    void failAll(const QString &reason);

    //! Fails the requests that have timed out by \a now.
    void expire(qint64 now);

    //! When the next request times out; never, if none does.
    qint64 nextDeadline() const { return m_deadlines.empty() ? never : m_deadlines.begin()->first; }

private:
    struct Pending
    {
        void finish(const QVariant &result);
        void fail(const QString &reason);

        QString action;
        int timeout; ///< milliseconds
        qint64 deadline;
        QPromise<QVariant> promise;
    };

    std::optional<Pending> take(quint64 number);

    std::unordered_map<quint64, Pending> m_requests;
    std::set<std::pair<qint64, quint64>> m_deadlines; // with the numbers of their requests
    quint64 m_latest = 0;                             // number of the latest request
};

} // namespace QRepod
