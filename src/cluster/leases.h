// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/leaserecovery.h"

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qstringlist.h>

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <vector>

namespace QRepod {

//! The rooms that this node owns, and those it asks for. In the server's working thread.
///
/// The engine forgets a lease some time after the last request for it. Here that time begins before
/// the request is sent, and ends a fifth earlier. So this node stops before another can start, as
/// long as its event loop is not held up for longer than that fifth. An engine that may have
/// forgotten leases gives out no new ones for a while, see LeaseRecovery. Leases that are held are
/// renewed all the while, because nobody else can get them.
class Leases
{
public:
    //! What the node does about a lease.
    struct Owner
    {
        std::function<bool(const QString &room)> acquired; ///< it owns the room; false if it cannot
        std::function<void(const QString &room)> lost;     ///< it no longer owns the room
    };

    using Clock = LeaseRecovery::Clock;

    explicit Leases(Owner owner, Clock clock = monotonicClock());

    //! Takes leases from \a engine from now on, under \a name, for \a milliseconds each. \a holder
    //! identifies this node; other nodes learn \a address.
    void start(Engine *engine, const QByteArray &name, const QString &holder,
               const QString &address, int milliseconds);

    //! Gives all leases back.
    void stop();

    //! Returns the address of the node that owns \a room.
    QFuture<QString> open(const QString &room);

    //! The room has closed: other nodes may own it.
    void release(const QString &room);

    //! The engine can be asked, perhaps again. It may have forgotten who owns what.
    void resume();

    //! Asks again for all leases that are held or waited for. A third of the lease time is a good
    //! interval.
    void renew();

    //! Ends leases that could not be renewed in time. Call it often, every tenth of the lease time.
    void check();

    //! Whether check() may have something to end. Ask before the game's code runs, because the
    //! process may have been stopped for long.
    bool isOverdue() const { return m_clock() >= m_nextEnd; }

    qsizetype count() const; ///< how many rooms this node owns
    QStringList rooms() const;

    //! For how many milliseconds this node still owns \a room with certainty.
    qint64 remaining(const QString &room) const;

private:
    using Waiting = std::vector<QPromise<QString>>;

    struct Lease
    {
        qint64 validUntil = 0; // by the clock; 0 if not held
        bool isAsking = false;
        Waiting waiting;
    };

    struct Question
    {
        qint64 asked; // when it was asked, by the clock
        bool isRenewal;
    };

    void ask(const QString &room);
    void handleAnswer(const QString &room, const Question &question, const Engine::Answer &answer);
    void handleRecovered(bool hasAnswered);
    void hold(const QString &room, qint64 validUntil);
    void endLease(const QString &room);
    void forget(const QString &room, const QString &reason);
    static Clock monotonicClock();
    static void refuse(Waiting &waiting, const QString &room, const QString &reason);
    static void resolve(Waiting &waiting, const QString &address);
    QByteArray keyOf(const QString &room) const;

    const Owner m_owner;
    Engine *m_engine = nullptr;
    QByteArray m_name;
    QByteArray m_holder; // with the address after it
    QString m_address;
    int m_time = 0;
    const Clock m_clock;
    LeaseRecovery m_recovery;
    QStringList m_delayed;                                 // rooms to ask for after the recovery
    qint64 m_nextEnd = std::numeric_limits<qint64>::max(); // of any lease, or somewhat earlier
    std::map<QString, Lease> m_leases;
    // Answers from before stop() are ignored.
    std::shared_ptr<int> m_generation = std::make_shared<int>(0);
};

} // namespace QRepod
