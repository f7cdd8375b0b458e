// SPDX-License-Identifier: MIT
#include "manyhandlers.h"
#include "scenarios/pumpcost.h"
#include "scenarios/scenarios.h"

namespace {

//! Has a handler for the message.
class Mover : public QObject
{
    Q_OBJECT

    Q_SLOT void Network_move([[maybe_unused]] int id, [[maybe_unused]] double x,
                             [[maybe_unused]] double y, [[maybe_unused]] const QString &name)
    {
    }
};

//! Has a handler for another message.
class Chatter : public QObject
{
    Q_OBJECT

    Q_SLOT void Network_chat([[maybe_unused]] const QString &text) { }
};

template <class Listener>
Sample inClass(int batches)
{
    Listener listener;
    return {{{"ns/message", pumpCost(listener, batches)}}, {}};
}

//! The last of \a count handler objects takes the message.
Sample inObjects(int count, int batches)
{
    std::vector<std::unique_ptr<QObject>> others;
    QRepod::ConnectionListener listener;
    for (int i = 1; i < count; ++i)
        listener.addHandler(others.emplace_back(std::make_unique<Chatter>()).get());
    Mover mover;
    listener.addHandler(&mover);
    return {{{"ns/message", pumpCost(listener, batches)}}, {}};
}

} // namespace

Scenario Scenarios::handlers(bool isQuick)
{
    const int batches = isQuick ? 3 : 15;
    return {"handlers",
            "what one message costs pump() with few handlers and with many",
            {{"10 handlers", [=] { return inClass<Handlers10>(batches); }},
             {"1,000 handlers", [=] { return inClass<Handlers1000>(batches); }},
             {"1 object", [=] { return inObjects(1, batches); }},
             {"20 objects", [=] { return inObjects(20, batches); }}},
            {{"ns/message", "1,000 handlers", "10 handlers", Target::AtMost, 1.1},
             {"ns/message", "20 objects", "1 object", Target::AtMost, 1.1}}};
}

#include "handlers.moc"
