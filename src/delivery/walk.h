// SPDX-License-Identifier: MIT
#pragma once

#include "protocol/control.h"
#include "protocol/message.h"
#include "transport/inbox.h"

#include <QtCore/qdeadlinetimer.h>
#include <QtCore/qpointer.h>

#include <vector>

namespace QRepod {

class BuiltIn;
class Walk;

//! One run of a walk, on the stack of its caller: it is still there when a handler has deleted the
//! recipient, and the walk with it.
class Turn
{
public:
    //! Whether the recipient exists. Ask after everything that may have run a handler; if not, the
    //! only thing left to do is to return.
    bool isAlive() const { return !m_reader.isNull(); }

    //! Delivers a message of the library's own, if the recipient exists.
    void announce(const BuiltIn &message);

    //! Ends the run; what is behind the delivery at hand is returned for another walk.
    std::vector<Delivery> takeRest();

private:
    friend class Walk;
    Turn(Walk &walk, TextCache &texts);
    Q_DISABLE_COPY_MOVE(Turn)

    void deliver(const Delivery &delivery, size_t frame);
    void deliverMessage(const FrameBatch &batch, size_t frame);

    Walk &m_walk;
    TextCache &m_texts;
    const QPointer<QObject> m_reader;
    std::vector<Delivery> m_deliveries; // of this run
    size_t m_current = 0;               // the one at hand, which has been taken out
    bool m_isOver = false;
    int m_dispatched = 0;
};

//! Who a walk reports to: a listener or a channel.
///
/// It is told in the reader's thread and in the order in which things happened. Each of these
/// functions may run handlers.
class Recipient
{
public:
    //! Where the messages come from at present.
    virtual Inbox &inbox() = 0;

    virtual void joined(const Delivery &delivery, Turn &turn) = 0;

    //! \return whether it counts as a message that was dispatched.
    virtual bool received(const Message &message, Turn &turn) = 0;

    //! A control frame, in its place among the messages.
    virtual void controlled(const Control &control, Turn &turn) = 0;

    //! A message of the library's own, which Turn::announce() was asked to deliver.
    virtual void announced(const Message &message, Turn &turn) = 0;

    //! The connection could not be made, or broke. In the latter case left() follows.
    virtual void failed(const Delivery &delivery, Turn &turn) = 0;

    virtual void left(const Delivery &delivery, Turn &turn) = 0;

    //! Closed before it was connected.
    virtual void cancelled(const Delivery &delivery, Turn &turn) = 0;

    //! What follows comes from the connection that the session has been handed over to.
    virtual void resumed(const Delivery &delivery, Turn &turn) = 0;

protected:
    ~Recipient() = default;
};

//! Walks through what a connection has delivered, one step at a time, in its reader's thread.
///
/// A step runs handlers, and these may do anything: wait in an event loop of their own, or delete
/// the reader, and this walk with it.
class Walk
{
public:
    //! \a reader is the object that owns this walk: it ends when that is deleted.
    Walk(QObject *reader, Recipient &recipient)
        : m_reader(reader)
        , m_recipient(recipient)
    {
    }

    bool isRunning() const { return m_isRunning; }
    bool isEmpty() const { return m_deliveries.empty(); }

    //! Takes what the inbox holds, behind what is left.
    void take();

    //! Adds \a deliveries behind what is left. They wake nobody.
    void put(std::vector<Delivery> &&deliveries);

    //! Delivers what waits now. The rest stays when \a budget has expired, but one message is
    //! always delivered. A call from within a step does nothing.
    ///
    /// \return how many messages were dispatched.
    int run(TextCache &texts, QDeadlineTimer budget = QDeadlineTimer::Forever);

private:
    friend class Turn;

    void putBack(std::vector<Delivery> &&deliveries, size_t first, size_t frame);

    QObject *const m_reader;
    Recipient &m_recipient;
    std::vector<Delivery> m_deliveries;
    size_t m_nextFrame = 0; // of the first delivery; those before it have been dispatched
    bool m_isRunning = false;
};

} // namespace QRepod
