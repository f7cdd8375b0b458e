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
class DeliveryLoop;

//! One run of a delivery loop, on its caller's stack: it survives a handler that deletes the
//! recipient, and the loop with it.
class DeliveryRun
{
public:
    //! Whether the recipient still exists. Ask after everything that may have run a handler; if it
    //! does not, return at once.
    bool isAlive() const { return !m_reader.isNull(); }

    //! Delivers one of the library's own messages, if the recipient exists.
    void announce(const BuiltIn &message);

    //! Ends the run, and returns what follows the current delivery, for another loop.
    std::vector<Delivery> takeRest();

private:
    friend class DeliveryLoop;
    DeliveryRun(DeliveryLoop &loop, TextCache &texts);
    Q_DISABLE_COPY_MOVE(DeliveryRun)

    void deliver(const Delivery &delivery, size_t frame);
    void deliverMessage(const FrameBatch &batch, size_t frame);

    DeliveryLoop &m_loop;
    TextCache &m_texts;
    const QPointer<QObject> m_reader;
    std::vector<Delivery> m_deliveries; // of this run
    size_t m_current = 0;               // the current one, which has been moved out
    bool m_isOver = false;
    int m_dispatched = 0;
};

//! The object that a delivery loop reports to: a listener or a channel.
///
/// It is called in the reader's thread, in the order in which things happened. Each of these
/// functions may run handlers.
class Recipient
{
public:
    //! Where the messages currently come from.
    virtual Inbox &inbox() = 0;

    virtual void joined(const Delivery &delivery, DeliveryRun &run) = 0;

    //! \return whether this counts as a dispatched message.
    virtual bool received(const Message &message, DeliveryRun &run) = 0;

    //! A control frame arrived, at its place among the messages.
    virtual void controlled(const Control &control, DeliveryRun &run) = 0;

    //! DeliveryRun::announce() was asked to deliver one of the library's own messages.
    virtual void announced(const Message &message, DeliveryRun &run) = 0;

    //! The connection failed or broke. If it broke, left() follows.
    virtual void failed(const Delivery &delivery, DeliveryRun &run) = 0;

    virtual void left(const Delivery &delivery, DeliveryRun &run) = 0;

    //! The connection was closed before it was established.
    virtual void cancelled(const Delivery &delivery, DeliveryRun &run) = 0;

    //! What follows comes from the connection that the session has moved to.
    virtual void resumed(const Delivery &delivery, DeliveryRun &run) = 0;

protected:
    ~Recipient() = default;
};

//! Delivers what a connection has received, step by step, in its reader's thread.
///
/// A step runs handlers, which may do anything: run an event loop of their own, or delete the
/// reader and this loop with it.
class DeliveryLoop
{
public:
    //! \a reader is the object that owns this loop: a run ends when it is deleted.
    DeliveryLoop(QObject *reader, Recipient &recipient)
        : m_reader(reader)
        , m_recipient(recipient)
    {
    }

    bool isRunning() const { return m_isRunning; }
    bool isEmpty() const { return m_deliveries.empty(); }

    //! Appends what the inbox holds to what is left.
    void take();

    //! Appends \a deliveries to what is left. This does not wake the reader.
    void put(std::vector<Delivery> &&deliveries);

    //! Delivers what waits now. When \a budget expires the rest stays, but at least one message is
    //! delivered. A call from within a step does nothing.
    ///
    /// \return how many messages were dispatched.
    int run(TextCache &texts, QDeadlineTimer budget = QDeadlineTimer::Forever);

private:
    friend class DeliveryRun;

    void putBack(std::vector<Delivery> &&deliveries, size_t first, size_t frame);

    QObject *const m_reader;
    Recipient &m_recipient;
    std::vector<Delivery> m_deliveries;
    size_t m_nextFrame = 0; // of the first delivery; earlier frames have been dispatched
    bool m_isRunning = false;
};

} // namespace QRepod
