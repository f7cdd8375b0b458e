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

//! The future of a request that \a reason keeps from being sent; it has failed already.
QFuture<QVariant> failedRequest(const QString &action, const QString &reason);

//! The requests of one end that wait for an answer, by the number that the answer names.
///
/// It knows no peer and no clock: its owner tells it what has come, and what time it is. Used in
/// one thread.
///
/// What hangs on a future runs when that is finished, and may do anything: ask again, or delete the
/// owner and this with it. So a function that has finished a future touches nothing but its own
/// variables after that.
class PendingRequests
{
public:
    //! How many may wait. A peer that never answers costs no more memory than this.
    static constexpr size_t maximum = 10'000;

    static constexpr qint64 never = std::numeric_limits<qint64>::max();

    struct Added
    {
        quint64 number; ///< not used before
        QFuture<QVariant> future;
    };

    //! Adds a request that times out \a timeout milliseconds after \a now; never, if that is
    //! negative.
    ///
    /// \return nothing if too many wait.
    std::optional<Added> add(const QString &action, int timeout, qint64 now);

    bool contains(quint64 number) const { return m_requests.contains(number); }
    size_t size() const { return m_requests.size(); }

    //! The request \a number has its \a result.
    ///
    /// \return whether it waited.
    bool finish(quint64 number, const QVariant &result);

    //! The request \a number will not have one. The error names its action before \a reason.
    ///
    /// \return whether it waited.
    bool fail(quint64 number, const QString &reason);

    void failAll(const QString &reason);

    //! Fails those that have timed out by \a now.
    void expire(qint64 now);

    //! When the next one times out; never, if none does.
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
    quint64 m_latest = 0;                             // number
};

} // namespace QRepod
