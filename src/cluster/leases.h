// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/settling.h"

#include <QtCore/qfuture.h>
#include <QtCore/qpromise.h>
#include <QtCore/qstringlist.h>

#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <vector>

namespace QRepod {

//! The rooms that this node has, and those it asks for. In the server's working thread.
///
/// The engine forgets a lease some time after it was last asked for it. That time begins here
/// before the question is sent and ends a fifth earlier, so this node has stopped before another
/// can start, as long as its event loop is not held up for longer than that fifth. An engine that
/// may have forgotten leases gives no new ones for a while, see Settling; those that are held are
/// renewed all the while, for nobody else can have them.
class Leases
{
public:
    //! What a lease means to the node.
    struct Owner
    {
        std::function<bool(const QString &room)> begin; ///< it has the room; false: it cannot
        std::function<void(const QString &room)> end;   ///< it has it no more
    };

    using Clock = Settling::Clock;

    explicit Leases(Owner owner, Clock clock = monotonicClock());

    //! Leases go to \a engine from now on, under \a name, for so many milliseconds each. \a holder
    //! tells this node from all others; others learn \a address.
    void start(Engine *engine, const QByteArray &name, const QString &holder,
               const QString &address, int milliseconds);

    //! Gives everything back.
    void stop();

    //! The address of the node that has \a room.
    QFuture<QString> open(const QString &room);

    //! The room has closed: others may have it.
    void release(const QString &room);

    //! The engine can be asked, perhaps again: it may have forgotten who has what.
    void resume();

    //! Asks again, for all that it has and all that it waits for. A third of the time is a good
    //! interval.
    void renew();

    //! Ends those that could not be renewed in time; to be called often, a tenth of the time.
    void check();

    //! Whether check() may have something to end: to be asked before the game's code runs, for the
    //! process may have been stopped for long.
    bool isOverdue() const { return m_clock() >= m_nextEnd; }

    qsizetype count() const; ///< that it has
    QStringList rooms() const;

    //! For how many milliseconds more this node has \a room for sure.
    qint64 remaining(const QString &room) const;

private:
    using Waiting = std::vector<QPromise<QString>>;

    struct Lease
    {
        qint64 validUntil = 0; // by the clock; 0: it is not held
        bool isAsking = false;
        Waiting waiting;
    };

    struct Question
    {
        qint64 asked; // when, by the clock
        bool isRenewal;
    };

    void ask(const QString &room);
    void handleAnswer(const QString &room, const Question &question, const Engine::Answer &answer);
    void handleSettled(bool hasAnswered);
    void hold(const QString &room, qint64 validUntil);
    void lose(const QString &room);
    void forget(const QString &room, const QString &reason);
    static Clock monotonicClock();
    static void refuse(Waiting &waiting, const QString &room, const QString &reason);
    static void resolve(Waiting &waiting, const QString &address);
    QByteArray keyOf(const QString &room) const;

    const Owner m_owner;
    Engine *m_engine = nullptr;
    QByteArray m_name;
    QByteArray m_holder; // with the address behind it
    QString m_address;
    int m_time = 0;
    const Clock m_clock;
    Settling m_settling;
    QStringList m_delayed;                                 // rooms to be asked for after it
    qint64 m_nextEnd = std::numeric_limits<qint64>::max(); // of a lease, or somewhat earlier
    std::map<QString, Lease> m_leases;
    std::shared_ptr<int> m_generation =
        std::make_shared<int>(0); // answers of before stop() are void
};

} // namespace QRepod
