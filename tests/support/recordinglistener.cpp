// SPDX-License-Identifier: MIT
#include "support/recordinglistener.h"

#include <QtTest/QTest>

RecordingListener::RecordingListener()
{
    QObject::connect(this, &ConnectionListener::connected, this, [this] { log << "connected()"; });
    QObject::connect(this, &ConnectionListener::disconnected, this,
                     [this] { log << "disconnected()"; });
    QObject::connect(this, &ConnectionListener::interrupted, this,
                     [this] { log << "interrupted()"; });
    QObject::connect(this, &ConnectionListener::resumed, this, [this] { log << "resumed()"; });
    QObject::connect(this, &ConnectionListener::errorOccurred, this, [this](const QString &text) {
        log << "errorOccurred()";
        error = text;
    });
}

void RecordingListener::network_received(const QVariantMap &message)
{
    log << message["action"].toString();
    messages << message;
    if (const auto call = onMessage) // a copy: the call may delete this
        call(message);
}

QStringList RecordingListener::actions() const
{
    QStringList actions;
    for (const QVariantMap &message : messages)
        actions << message["action"].toString();
    return actions;
}

bool RecordingListener::pumpUntil(const QString &action, int count)
{
    return QTest::qWaitFor(
        [&] {
            pump();
            return actions().count(action) >= count;
        },
        30'000);
}

bool RecordingListener::connectAndWait(quint16 port)
{
    connect("127.0.0.1", port);
    return pumpUntil("socketConnect");
}
