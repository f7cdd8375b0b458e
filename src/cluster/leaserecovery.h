// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/engine.h"

#include <functional>
#include <memory>

namespace QRepod {

//! Makes sure that the engine knows all leases before it gives out a new one.
///
/// An engine that has lost its keys does not know its earlier leases, whose nodes still act as
/// owners. So a new lease requires that a key exists, the guard, which is lost with all others. A
/// node that finds it missing sets another key, its mark, and waits until every lease that may have
/// been lost has ended. Then it sets the guard, if its mark still exists. If the mark is gone, keys
/// were lost once more, and the node begins again.
///
/// Nobody needs to have noticed the loss. Nodes may join, leave or reconnect meanwhile, because
/// only keys decide. Marks and guards belong to one run of the engine: the next run may begin with
/// the keys of a snapshot, which lacks the latest leases.
///
/// In the server's working thread.
class LeaseRecovery
{
public:
    //! Returns milliseconds on a clock that never goes back.
    using Clock = std::function<qint64()>;

    //! \a ended is called when those who were refused may ask again; with false if the engine did
    //! not answer. It may run the game's code.
    LeaseRecovery(std::function<void(bool hasAnswered)> ended, const Clock &clock);

    //! All keys begin with \a name. This node, called \a node, waits for \a milliseconds.
    void start(Engine *engine, const QByteArray &name, const QByteArray &node, int milliseconds);
    void stop();

    //! The key without which the engine gives out no new lease; empty if it never loses leases.
    QByteArray guard() const;

    //! Looks for the guard, which is then kept for a day. Call it when the engine is up.
    void checkGuard();

    //! Starts the recovery, because the guard is missing.
    void begin() { m_isNeeded = true; }

    //! Takes the next step if it is due. Call it often, every tenth of the lease time.
    void check();

private:
    QByteArray mark() const;
    void putMark();
    void handleMarked(bool hasAnswered);
    void putGuard();
    void handlePut(const Engine::Answer &answer);

    //! Wraps \a function as a receiver that ignores answers after stop().
    template <class Function>
    Engine::Receiver receiver(Function function) const;

    const std::function<void(bool)> m_ended;
    const Clock m_clock;
    Engine *m_engine = nullptr;
    QByteArray m_name;
    QByteArray m_node;
    int m_time = 0;
    qint64 m_nextGuardCheck = 0;
    qint64 m_markedUntil = 0; // by the clock; the guard may be set from then on
    int m_marks = 0;          // so far; each has its own key, as one may reach the engine late
    bool m_hasMark = false;
    bool m_isNeeded = false;
    bool m_isAsking = false;
    std::shared_ptr<int> m_generation = std::make_shared<int>(0);
};

} // namespace QRepod
