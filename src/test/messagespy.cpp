// SPDX-License-Identifier: MIT
#include <QRepod/Test/messagespy.h>

#include <QRepod/Test/pumpuntil.h>
#include <QRepod/connectionlistener.h>

#include <QtCore/qpointer.h>

namespace QRepod {

class MessageSpyPrivate
{
public:
    bool waitUntil(const std::function<bool()> &condition, int timeout) const
    {
        return pumpUntil(QList<ConnectionListener *>{listener}, condition, timeout);
    }

    QPointer<ConnectionListener> listener;
    QString action;
    QList<QVariantMap> messages;
    qint64 seen = 0; // ever, also those that have been taken
    QObject context; // ends the connection to the listener
};

MessageSpy::MessageSpy(ConnectionListener *listener, const QString &action)
    : d(std::make_unique<MessageSpyPrivate>())
{
    d->listener = listener;
    d->action = action;
    QObject::connect(listener, &ConnectionListener::messageReceived, &d->context,
                     [d = d.get()](const QString &action, const QVariantMap &message) {
                         if (!d->action.isEmpty() && action != d->action)
                             return;
                         d->messages.append(message);
                         ++d->seen;
                     });
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
