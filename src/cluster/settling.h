// SPDX-License-Identifier: MIT
#pragma once

#include "cluster/engine.h"

#include <functional>
#include <memory>

namespace QRepod {

//! Makes sure that the engine knows of all leases before it gives a new one.
///
/// An engine that has lost its keys knows nothing of the leases of before, whose nodes still act as
/// owners. So a key, the guard, must be there for a new lease: it is lost with all others. A node
/// that finds it missing leaves a mark, waits until every lease that may have been lost has ended,
/// and puts the guard, if its mark is still there. If that is gone, keys were lost once more, and
/// the node begins again.
///
/// Nobody has to have seen the loss. It makes no difference whether nodes join, leave or reconnect
/// meanwhile, as what is decided is decided by keys. Marks and guards are those of one run of the
/// engine: the next one may begin with keys of a snapshot, which lacks the latest leases.
///
/// In the server's working thread.
class Settling
{
public:
    //! In milliseconds, and never back.
    using Clock = std::function<qint64()>;

    //! \a ended: who was refused may ask again; or, if it is called with false, the engine did not
    //! answer. The game's code may run in it.
    Settling(std::function<void(bool hasAnswered)> ended, const Clock &clock);

    //! The keys begin with \a name. A node called \a node waits for so many milliseconds.
    void start(Engine *engine, const QByteArray &name, const QByteArray &node, int milliseconds);
    void stop();

    //! The key without which the engine gives no new lease; empty if it loses none.
    QByteArray guard() const;

    //! Looks for the guard, which is kept for a day then. To be called when the engine is up.
    void look();

    //! The guard is missing.
    void begin() { m_isNeeded = true; }

    //! Goes on, if it is time to; to be called often, a tenth of the lease time.
    void check();

private:
    QByteArray mark() const;
    void leaveMark();
    void handleMarked(bool hasAnswered);
    void putGuard();
    void handlePut(const Engine::Answer &answer);

    //! For an answer, which is void after stop().
    template <class Function>
    Engine::Receiver receiver(Function function) const;

    const std::function<void(bool)> m_ended;
    const Clock m_clock;
    Engine *m_engine = nullptr;
    QByteArray m_name;
    QByteArray m_node;
    int m_time = 0;
    qint64 m_nextLook = 0;
    qint64 m_markedUntil = 0; // by the clock: the guard may be put then
    int m_marks = 0;          // left so far: each is another, as one may come to the engine late
    bool m_hasMark = false;
    bool m_isNeeded = false;
    bool m_isAsking = false;
    std::shared_ptr<int> m_generation = std::make_shared<int>(0);
};

} // namespace QRepod
