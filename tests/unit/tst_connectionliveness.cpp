// SPDX-License-Identifier: MIT

//! How a connection finds out whether its peer is still there. tst_liveness tests when.

#include "testconnection.h"
#include "teststream.h"

#include <QtCore/qsocketnotifier.h>
#include <QtTest/qtest.h>

using namespace QRepod;

namespace {

//! Counts how often the connections of a group check the clock.
class Checks : public QObject
{
public:
    explicit Checks(ConnectionGroup &group) { group.deadlines().installEventFilter(this); }

    bool eventFilter(QObject *, QEvent *event) override
    {
        count += event->type() == QEvent::Timer;
        return false;
    }

    int count = 0;
};

//! Sets whether the sockets of \a group are served. While they are not, only its timers are, as in
//! a process that was stopped and has just resumed.
void setServed(ConnectionGroup &group, bool isServed)
{
    for (QSocketNotifier *notifier : group.findChildren<QSocketNotifier *>())
        notifier->setEnabled(isServed);
}

ConnectionSettings shortSettings()
{
    ConnectionSettings settings;
    settings.heartbeatInterval = 0;
    settings.idleTimeout = 100;
    return settings;
}

} // namespace

class tst_ConnectionLiveness : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void sendsHeartbeatsWhileNothingElseIsSent();
    void silentPeerIsGivenUpOn();
    void peerWithoutHeartbeatsMayBeSilent();
    void whatLiesInTheSocketCountsAsHeard();
    void whatIsStillEncryptedCountsAsHeard();
    void endThatLiesInTheSocketIsNoSilence();
    void sendsNoHeartbeatsWhenNothingCanBeWritten();
};

void tst_ConnectionLiveness::sendsHeartbeatsWhileNothingElseIsSent()
{
    ConnectionSettings settings = shortSettings();
    settings.heartbeatInterval = 5;
    settings.idleTimeout = 0;
    Peer peer;
    TestConnection connection(peer, settings);
    const QByteArray beats = heartbeatFrame.toByteArray().repeated(3);
    QVERIFY(eventually([&] {
        peer.read();
        return peer.received.size() >= beats.size();
    }));
    QVERIFY(peer.received.startsWith(beats));
}

void tst_ConnectionLiveness::silentPeerIsGivenUpOn()
{
    Peer peer;
    TestConnection connection(peer, shortSettings());
    const QString address = peer.address();
    peer.write(heartbeatFrame);
    QVERIFY(connection.ends());
    QCOMPARE(
        connection.log,
        QStringList({u"connected"_s, u"error: "_s + address + u": nothing received for 100 ms"_s,
                     u"disconnected"_s}));
}

void tst_ConnectionLiveness::peerWithoutHeartbeatsMayBeSilent()
{
    Peer peer;
    TestConnection connection(peer, shortSettings());
    const Checks checks(*connection.group);
    QVERIFY(eventually([&] { return checks.count >= 4; }));
    QVERIFY(!connection.hasClosed());
}

void tst_ConnectionLiveness::whatLiesInTheSocketCountsAsHeard()
{
    Peer peer;
    TestConnection connection(peer, shortSettings());
    Checks checks(*connection.group);
    peer.write(heartbeatFrame.toByteArray() + encoded(number(1)));
    QVERIFY(connection.receives(u"number"_s));
    setServed(*connection.group, false);
    checks.count = 0;
    QVERIFY(eventually([&] {
        peer.write(heartbeatFrame);
        return checks.count >= 4 || connection.hasClosed();
    }));
    connection.pump();
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s}));

    QVERIFY(connection.ends()); // once nothing more arrives
    QVERIFY(connection.log.at(2).endsWith(u"nothing received for 100 ms"_s));
}

void tst_ConnectionLiveness::whatIsStillEncryptedCountsAsHeard()
{
    TestStream line(StreamKind::AcceptedTls);
    TestConnection connection(shortSettings());
    Checks checks(*connection.group);
    connection.open(std::move(line.stream));
    QVERIFY(connection.receives(u"connected"_s));
    line.write(heartbeatFrame.toByteArray() + encoded(number(1)));
    QVERIFY(connection.receives(u"number"_s));
    setServed(*connection.group, false);
    checks.count = 0;
    QVERIFY(eventually([&] {
        line.write(heartbeatFrame.toByteArray());
        return checks.count >= 4 || connection.hasClosed();
    }));
    connection.pump();
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s}));

    line.write(encoded(message(u"last"_s))); // available when the socket is served again
    setServed(*connection.group, true);
    QVERIFY(connection.receives(u"last"_s));
}

void tst_ConnectionLiveness::endThatLiesInTheSocketIsNoSilence()
{
    Peer peer;
    TestConnection connection(peer, shortSettings());
    peer.write(heartbeatFrame.toByteArray() + encoded(number(1)));
    QVERIFY(connection.receives(u"number"_s));
    setServed(*connection.group, false);
    peer.close();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
}

//! The peer has gone, which is only seen by reading, and reading waits for the pump.
void tst_ConnectionLiveness::sendsNoHeartbeatsWhenNothingCanBeWritten()
{
    ConnectionSettings settings = shortSettings();
    settings.heartbeatInterval = 50;
    settings.idleTimeout = 0;
    settings.stallTimeout = 50;
    settings.receiveBacklog = 1;
    Peer peer;
    TestConnection connection(peer, settings);
    Checks checks(*connection.group);
    connection.isPumping = false;
    peer.write(encoded(number(1)));
    QVERIFY(eventually([&] { return !connection.link.inbox->hasRoom(); }));
    peer.close();
    QVERIFY(eventually([&] { return !connection.link.outbox->isOpen(); })); // because of heartbeats
    const qint64 waiting = connection.link.outbox->counts().bytesWaiting;
    const qint64 end = Deadlines::now() + 4 * settings.heartbeatInterval;
    checks.count = 0;
    QVERIFY(eventually([&] { return Deadlines::now() > end; }));
    QVERIFY2(checks.count <= 10, qPrintable(QString::number(checks.count)));
    QCOMPARE(connection.link.outbox->counts().bytesWaiting, waiting);
    QVERIFY(!connection.hasClosed()); // nor does it report a stalled peer

    connection.pump();
    QVERIFY(connection.ends());
    QCOMPARE(connection.log, QStringList({u"connected"_s, u"number"_s, u"disconnected"_s}));
}

QTEST_GUILESS_MAIN(tst_ConnectionLiveness)
#include "tst_connectionliveness.moc"
