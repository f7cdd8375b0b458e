// SPDX-License-Identifier: MIT
#include <QRepod/Test/messagespy.h>

#include <QRepod/Test/pumpuntil.h>
#include <QRepod/channel.h>
#include <QRepod/connectionlistener.h>
#include <QRepod/room.h>

#include <QtCore/qpointer.h>

namespace QRepod {

class MessageSpyPrivate
{
public:
    explicit MessageSpyPrivate(const QString &action)
        : action(action)
    {
    }

    void add(const QString &actionOfMessage, const QVariantMap &message)
    {
        if (!action.isEmpty() && actionOfMessage != action)
            return;
        messages.append(message);
        ++seen;
    }

    bool waitUntil(const std::function<bool()> &condition, int timeout) const
    {
        return pumpUntil(QList<ConnectionListener *>{listener}, condition, timeout);
    }

    QPointer<ConnectionListener> listener;
    const QString action;
    QList<QVariantMap> messages;
    qint64 seen = 0; // in all, including those that have been taken
    QObject context; // ends the connection to the listener
};

MessageSpy::MessageSpy(ConnectionListener *listener, const QString &action)
    : d(std::make_unique<MessageSpyPrivate>(action))
{
    d->listener = listener;
    QObject::connect(listener, &ConnectionListener::messageReceived, &d->context,
                     [d = d.get()](const QString &action, const QVariantMap &message) {
                         d->add(action, message);
                     });
}

MessageSpy::MessageSpy(Channel *channel, const QString &action)
    : d(std::make_unique<MessageSpyPrivate>(action))
{
    QObject::connect(channel, &Channel::messageReceived, &d->context,
                     [d = d.get()](const QString &action, const QVariantMap &message) {
                         d->add(action, message);
                     });
}

MessageSpy::MessageSpy(Room *room, const QString &action)
    : d(std::make_unique<MessageSpyPrivate>(action))
{
    QObject::connect(room, &Room::messageReceived, &d->context,
                     [d = d.get()](const Channel *, const QString &action,
                                   const QVariantMap &message) { d->add(action, message); });
}

MessageSpy::~MessageSpy() = default;

QString MessageSpy::action() const
{
    return d->action;
}

int MessageSpy::count() const
{
    return int(d->messages.size());
}

QVariantMap MessageSpy::at(int index) const
{
    return d->messages.value(index);
}

QList<QVariantMap> MessageSpy::messages() const
{
    return d->messages;
}

QVariantMap MessageSpy::takeFirst()
{
    return d->messages.isEmpty() ? QVariantMap() : d->messages.takeFirst();
}

void MessageSpy::clear()
{
    d->messages.clear();
}

bool MessageSpy::wait(int timeout)
{
    return d->waitUntil([d = d.get(), before = d->seen] { return d->seen > before; }, timeout);
}

bool MessageSpy::waitForCount(int count, int timeout)
{
    return d->waitUntil([d = d.get(), count] { return d->messages.size() >= count; }, timeout);
}

} // namespace QRepod
