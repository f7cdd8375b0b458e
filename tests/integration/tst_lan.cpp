// SPDX-License-Identifier: MIT

//! Finding servers on the local network, with a ServerBrowser and with a socket that breaks the
//! rules.

#include "protocol/announcement.h"
#include "support/eventually.h"
#include "support/messages.h"
#include "support/warnings.h"

#include <QRepod/Protocol>
#include <QRepod/Server>
#include <QRepod/ServerBrowser>

#include <QtNetwork/qnetworkdatagram.h>
#include <QtNetwork/qudpsocket.h>
#include <QtTest/qabstractitemmodeltester.h>
#include <QtTest/qsignalspy.h>
#include <QtTest/qtest.h>

#include <memory>
#include <vector>

using QRepod::Server;
using QRepod::ServerBrowser;

namespace {

//! Returns a server that listens, and can be found at a port of its own.
std::unique_ptr<Server> announcedServer(const QString &title, int port = 0)
{
    auto server = std::make_unique<Server>();
    server->setAnnouncePort(port);
    if (!server->listen(u"127.0.0.1"_s, 0) || !server->announce(title))
        qFatal("%s", qPrintable(server->errorString()));
    return server;
}

QString addressOf(const Server &server)
{
    return u"127.0.0.1:%1"_s.arg(server.port());
}

//! Asks and listens like a browser, but may send anything.
class Socket : public QUdpSocket
{
public:
    Socket() { bind(QHostAddress(QHostAddress::LocalHost)); }

    void say(const QByteArray &datagram, int port)
    {
        writeDatagram(datagram, QHostAddress(QHostAddress::LocalHost), quint16(port));
    }

    //! Returns what has arrived so far: everything before the answer to a new question.
    int answers(int port)
    {
        const quint64 last = ~quint64(0);
        say(QRepod::encodeQuestion(last), port);
        int count = 0;
        const bool hasCome = eventually([&] {
            while (hasPendingDatagrams()) {
                const auto found = QRepod::decodeAnnouncement(receiveDatagram().data());
                if (found && found->question == last)
                    return true;
                ++count;
            }
            return false;
        });
        return hasCome ? count : -1;
    }
};

QVariant valueOf(const ServerBrowser &browser, int row, int role)
{
    return browser.data(browser.index(row), role);
}

} // namespace

class tst_Lan : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aServerThatIsAnnouncedIsFound()
    {
        Server server;
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        server.setAnnouncePort(0);
        QVERIFY(server.announce(u"Anna's game"_s, {{u"players"_s, 3}}));
        QVERIFY(server.announcePort() > 0);

        ServerBrowser browser;
        const QAbstractItemModelTester tester(&browser);
        QVERIFY(!browser.isRunning());
        browser.setPort(server.announcePort());
        browser.start();
        QVERIFY(browser.isRunning());
        QVERIFY(eventually([&] { return browser.rowCount() == 1; }));
        QCOMPARE(valueOf(browser, 0, ServerBrowser::TitleRole), u"Anna's game"_s);
        QCOMPARE(valueOf(browser, 0, Qt::DisplayRole), u"Anna's game"_s);
        QCOMPARE(valueOf(browser, 0, ServerBrowser::AddressRole), addressOf(server));
        QCOMPARE(valueOf(browser, 0, ServerBrowser::DataRole), (QVariantMap{{u"players"_s, 3}}));
        QVERIFY(valueOf(browser, 0, ServerBrowser::RoundTripTimeRole).toLongLong() >= 0);
        QVERIFY(!valueOf(browser, 0, Qt::DecorationRole).isValid());
        QVERIFY(!browser.data({}).isValid());
        QCOMPARE(browser.roleNames().value(ServerBrowser::RoundTripTimeRole), "roundTripTime"_ba);
    }

    void whatIsAnnouncedNextIsSeenInItsPlace()
    {
        const auto server = announcedServer(u"waiting"_s);
        ServerBrowser browser;
        browser.setPort(server->announcePort());
        browser.setInterval(100);
        browser.start();
        QVERIFY(eventually([&] { return browser.rowCount() == 1; }));
        QVERIFY(server->announce(u"full"_s));
        QVERIFY(
            eventually([&] { return valueOf(browser, 0, ServerBrowser::TitleRole) == u"full"_s; }));
        QCOMPARE(browser.rowCount(), 1);
    }

    void severalServersShareThePort()
    {
        const auto first = announcedServer(u"first"_s);
        const auto second = announcedServer(u"second"_s, first->announcePort());
        ServerBrowser browser;
        browser.setPort(first->announcePort());
        browser.setInterval(100);
        browser.start();
        QVERIFY(eventually([&] { return browser.rowCount() == 2; }));
    }

    void aServerThatFallsSilentLeavesTheList()
    {
        auto server = announcedServer(u"short"_s);
        ServerBrowser browser;
        const QAbstractItemModelTester tester(&browser);
        browser.setPort(server->announcePort());
        browser.setInterval(100);
        browser.start();
        QVERIFY(eventually([&] { return browser.rowCount() == 1; }));
        server->stopAnnouncing();
        QVERIFY(eventually([&] { return browser.rowCount() == 0; }));
        QVERIFY(server->announce(u"again"_s));
        QVERIFY(eventually([&] { return browser.rowCount() == 1; }));
        server->close();
        QVERIFY(eventually([&] { return browser.rowCount() == 0; }));
    }

    void aBrowserThatStopsForgets()
    {
        const auto server = announcedServer(u"game"_s);
        ServerBrowser browser;
        const QSignalSpy changes(&browser, &ServerBrowser::runningChanged);
        browser.setPort(server->announcePort());
        browser.start();
        browser.start();
        QVERIFY(eventually([&] { return browser.rowCount() == 1; }));
        browser.stop();
        browser.stop();
        QVERIFY(!browser.isRunning());
        QCOMPARE(browser.rowCount(), 0);
        QCOMPARE(changes.size(), 2);
    }

    void aServerInABackgroundThreadIsFoundToo()
    {
        const auto server = announcedServer(u"game"_s);
        server->startBackground();
        QVERIFY(server->announce(u"background"_s));
        ServerBrowser browser;
        browser.setPort(server->announcePort());
        browser.setInterval(100);
        browser.start();
        QVERIFY(eventually(
            [&] { return valueOf(browser, 0, ServerBrowser::TitleRole) == u"background"_s; }));
    }

    void aServerThatDoesNotListenIsNotFound()
    {
        Server server;
        server.setAnnouncePort(0);
        QVERIFY(server.announce(u"later"_s));
        ServerBrowser browser;
        browser.setPort(server.announcePort());
        browser.setInterval(100);
        browser.start();
        QVERIFY(server.listen(u"127.0.0.1"_s, 0));
        QVERIFY(eventually([&] { return browser.rowCount() == 1; }));
        QCOMPARE(valueOf(browser, 0, ServerBrowser::AddressRole), addressOf(server));
    }

    void aPortThatIsSetTooLateIsWarnedOf()
    {
        const Warnings warnings;
        const auto server = announcedServer(u"first"_s);
        server->setAnnouncePort(server->announcePort());
        QCOMPARE(Warnings::texts(), QStringList());
        server->setAnnouncePort(0);
        QCOMPARE(
            Warnings::texts(),
            QStringList(u"setAnnouncePort(0): the server is announced already; it takes effect "
                        "at the next announce()"_s));
        QVERIFY(server->announce(u"second"_s));
        server->stopAnnouncing();
        server->setAnnouncePort(0);
        QCOMPARE(Warnings::texts().size(), 1);
    }

    void whatCannotBeAnnouncedIsRefused()
    {
        const auto server = announcedServer(u"good"_s);
        const int port = server->announcePort();
        QVERIFY(!server->announce(QString(2000, u'x')));
        QVERIFY2(server->errorString().contains(u"over the limit of 1200"_s),
                 qPrintable(server->errorString()));
        QVERIFY(!server->announce(u"x"_s, {{u"o"_s, QVariant::fromValue(this)}}));
        // The first announcement continues.
        Socket socket;
        QCOMPARE(socket.answers(port), 0);

        Server other;
        other.setAnnouncePort(70'000);
        QVERIFY(!other.announce(u"x"_s));
        QVERIFY2(other.errorString().contains(u"70000"_s), qPrintable(other.errorString()));
        QUdpSocket taken;
        QVERIFY(taken.bind(QHostAddress(QHostAddress::AnyIPv4), 0, QUdpSocket::DontShareAddress));
        other.setAnnouncePort(taken.localPort());
        QVERIFY(!other.announce(u"x"_s));
        QVERIFY2(other.errorString().contains(QString::number(taken.localPort())),
                 qPrintable(other.errorString()));
    }

    //! Otherwise a small question with a forged sender would make a server send a lot to it.
    void noAnswerIsLargerThanItsQuestionAndNothingElseIsAnswered()
    {
        const auto server = announcedServer(QString(1000, u'x'));
        const int port = server->announcePort();
        Socket socket;
        const QByteArray question = QRepod::encodeQuestion(1);
        for (qsizetype size : {0, 1, 100, 1199})
            socket.say(question.first(size), port);
        socket.say(question + '\0', port);
        socket.say(QByteArray(QRepod::datagramSize, '\xff'), port);
        socket.say(QRepod::encode({{u"_find"_s, 1}}).mid(4), port);
        QCOMPARE(socket.answers(port), 0);
    }

    void aQuestionIsAnsweredOnce()
    {
        const auto server = announcedServer(u"game"_s);
        Socket socket;
        for (int i = 0; i < 10; ++i)
            socket.say(QRepod::encodeQuestion(1), server->announcePort());
        QCOMPARE(socket.answers(server->announcePort()), 1);
    }

    void theRateOfAnswersIsBounded()
    {
        const auto server = announcedServer(u"game"_s);
        Socket socket;
        int answers = 0;
        for (quint64 i = 0; i < 100; ++i) {
            for (quint64 j = 1; j <= 10; ++j)
                socket.say(QRepod::encodeQuestion(i * 10 + j), server->announcePort());
            QCoreApplication::processEvents();
            while (socket.hasPendingDatagrams()) {
                socket.receiveDatagram();
                ++answers;
            }
        }
        // A second's worth at once, and what a slow machine has waited for.
        QVERIFY2(answers < 900, qPrintable(QString::number(answers)));
        QVERIFY(answers >= 50);
    }

    void badAnswersAreIgnored()
    {
        Socket server;
        ServerBrowser browser;
        browser.setPort(server.localPort());
        browser.start();
        QVERIFY(eventually([&] { return server.hasPendingDatagrams(); }));
        const QNetworkDatagram datagram = server.receiveDatagram();
        const std::optional<quint64> question = QRepod::decodeQuestion(datagram.data());
        QVERIFY(question);
        const auto answer = [&](const QByteArray &bytes) {
            server.say(bytes, datagram.senderPort());
        };
        QString error;
        const auto announcement = [&](quint64 number, quint64 id) {
            return QRepod::encodeAnnouncement({number, id, u"game"_s, {}, 5071}, &error);
        };
        answer("nonsense");
        answer({});
        answer(QByteArray(3000, 'x'));
        answer(announcement(*question + 1, 1)); // to a question that nobody asked
        answer(announcement(*question, 2));
        answer(announcement(*question, 2));
        QVERIFY(eventually([&] { return browser.rowCount() > 0; }));
        QCOMPARE(browser.rowCount(), 1);
        QCOMPARE(valueOf(browser, 0, ServerBrowser::AddressRole), u"127.0.0.1:5071"_s);
    }

    void oneWhoPretendsToBeManyServersDoesNotFillTheList()
    {
        Socket server;
        ServerBrowser browser;
        browser.setPort(server.localPort());
        browser.start();
        QVERIFY(eventually([&] { return server.hasPendingDatagrams(); }));
        const QNetworkDatagram datagram = server.receiveDatagram();
        const std::optional<quint64> question = QRepod::decodeQuestion(datagram.data());
        QVERIFY(question);
        QString error;
        for (quint64 id = 1; id <= 2 * ServerBrowser::maximumCount; ++id) {
            server.say(QRepod::encodeAnnouncement({*question, id, u"game"_s, {}, 5071}, &error),
                       datagram.senderPort());
            QCoreApplication::processEvents();
        }
        QVERIFY(eventually([&] { return browser.rowCount() == ServerBrowser::maximumCount; }));
    }

    void settingsAreKeptWithinTheirRanges()
    {
        ServerBrowser browser;
        QCOMPARE(browser.port(), 5071);
        for (int port : {0, -1, 65'536}) {
            browser.setPort(port);
            QCOMPARE(browser.port(), 5071);
        }
        QCOMPARE(browser.interval(), 1000);
        browser.setInterval(-1);
        QCOMPARE(browser.interval(), 100);
    }
};

QTEST_GUILESS_MAIN(tst_Lan)
#include "tst_lan.moc"
