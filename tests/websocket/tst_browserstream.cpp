// SPDX-License-Identifier: MIT

//! What a program in a browser has instead of sockets, over a browser that does what a test says.

#include "client/serverurl.h"
#include "protocol/jsonreader.h"
#include "support/messages.h"
#include "transport/networkthread.h"
#include "unit/testconnection.h"
#include "unit/teststream.h"
#include "websocket/browserstream.h"

#include <QtTest/qtest.h>

#include <memory>
#include <optional>

using namespace QRepod;

namespace {

const QUrl url(u"ws://game.example:5072/play?token=1"_s);

constexpr qint64 full = 1024 * 1024; // bytes that a browser holds

//! The browser's end of one WebSocket.
struct Browser
{
    struct Close
    {
        CloseCode code;
        QString reason;
    };

    QUrl opened;
    bool isRefusing = false;
    BrowserSocket::Owner *owner = nullptr; // until the socket is destroyed
    QList<QByteArray> sent;
    qint64 buffered = 0;
    std::optional<Close> closed; // the first
};

class FakeSocket final : public BrowserSocket
{
public:
    explicit FakeSocket(Browser &browser)
        : m_browser(browser)
    {
    }

    ~FakeSocket() override { m_browser.owner = nullptr; }
    Q_DISABLE_COPY_MOVE(FakeSocket)

    bool open(const QUrl &wanted, Owner &owner) override
    {
        m_browser.opened = wanted;
        m_browser.owner = &owner;
        return !m_browser.isRefusing;
    }

    void send(QByteArrayView message) override { m_browser.sent << message.toByteArray(); }
    qint64 bufferedBytes() const override { return m_browser.buffered; }

    void close(CloseCode code, const QString &reason) override
    {
        if (!m_browser.closed)
            m_browser.closed = Browser::Close{code, reason};
    }

private:
    Browser &m_browser;
};

std::unique_ptr<BrowserStream> streamOf(Browser &browser, const MessageLimits &limits = {})
{
    return std::make_unique<BrowserStream>(std::make_unique<FakeSocket>(browser), url, limits);
}

//! A stream with its owner, open unless the test says otherwise.
struct Ends
{
    enum Begin {
        Open,
        Opening,
    };

    explicit Ends(Begin begin = Open, const MessageLimits &limits = {})
        : stream(streamOf(browser, limits))
    {
        owner.stream = stream.get();
        stream->open(owner, *poller);
        if (begin == Open)
            browser.owner->socketOpened();
    }

    qint64 write(const QByteArray &bytes) const
    {
        return stream->write(bytes.data(), bytes.size());
    }

    Browser browser;
    StreamOwner owner;
    std::unique_ptr<Poller> poller{Poller::create(nullptr)};
    std::unique_ptr<BrowserStream> stream;
};

QByteArray framed(const QByteArray &payload)
{
    QByteArray frame(4, '\0');
    qToBigEndian(quint32(payload.size()), frame.data());
    return frame + payload;
}

QByteArray payload(const QVariantMap &message)
{
    return encoded(message).sliced(4);
}

} // namespace

class tst_BrowserStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void onlyWebSocketsReachAServer_data();
    void onlyWebSocketsReachAServer();
    void opensWhenTheBrowserHas();
    void refusalAtOnceIsToldLater();
    void messagesBecomeFrames();
    void framesBecomeMessagesInAnySlicing_data();
    void framesBecomeMessagesInAnySlicing();
    void whatIsLeftIsAnnouncedAgain();
    void whatComesWhileNobodyReadsIsKept();
    void fullBrowserTakesNothingUntilItHasRoom();
    void fullBrowserTakesTheRestAtTheEnd();
    void endIsToldAsTheBrowserTellsIt_data();
    void endIsToldAsTheBrowserTellsIt();
    void whatCameBeforeTheEndIsReadFirst();
    void whatBreaksALimitIsAFault_data();
    void whatBreaksALimitIsAFault();
    void nothingIsWrittenAfterClosing();
    void abortIsSilent();
    void ownerMayAbortInsideOfEachCall();

    void connectionGoesBothWaysAndCloses();
    void connectionTellsThePeerOfItsFault();
    void connectionThatIsDestroyedHasSentAll();
};

void tst_BrowserStream::onlyWebSocketsReachAServer_data()
{
    QTest::addColumn<QUrl>("wanted");
    QTest::addColumn<QString>("fault");
    const QString only = u"in a browser, only ws and wss can reach a server"_s;
    const QString none = u"this program does not link QRepod::WebSocket, which \"%1\" needs"_s;
    QTest::newRow("a host and a port") << QUrl() << only;
    QTest::newRow("repod") << QUrl(u"repod://game.example"_s) << only;
    QTest::newRow("repods") << QUrl(u"repods://game.example"_s) << only;
    QTest::newRow("ws") << QUrl(u"ws://game.example"_s) << none.arg(u"ws"_s);
    QTest::newRow("wss") << QUrl(u"wss://game.example"_s) << none.arg(u"wss"_s);
}

void tst_BrowserStream::onlyWebSocketsReachAServer()
{
    QFETCH(const QUrl, wanted);
    QTEST(ServerUrl::fault(wanted, ServerUrl::Platform::Browser), "fault");
}

void tst_BrowserStream::opensWhenTheBrowserHas()
{
    const Ends ends(Ends::Opening);
    QCOMPARE(ends.browser.opened, url);
    QCOMPARE(ends.owner.log, QStringList());
    QCOMPARE(ends.write(encoded(number(1))), -1);
    ends.browser.owner->socketOpened();
    QCOMPARE(ends.owner.log, QStringList(u"opened"_s));
    QCOMPARE(ends.stream->peer(), u"game.example:5072"_s);
}

void tst_BrowserStream::refusalAtOnceIsToldLater()
{
    Browser browser;
    browser.isRefusing = true;
    StreamOwner owner;
    const std::unique_ptr<Poller> poller(Poller::create(nullptr));
    const std::unique_ptr<BrowserStream> stream = streamOf(browser);
    stream->open(owner, *poller);
    QCOMPARE(owner.log, QStringList()); // not inside of open()
    QVERIFY(eventually([&] { return owner.hasEnded(); }));
    QCOMPARE(owner.log,
             QStringList(u"failed: the browser refuses to open this WebSocket; on an "
                         "https page it opens only wss"_s));
}

void tst_BrowserStream::messagesBecomeFrames()
{
    Ends ends;
    ends.browser.owner->socketReceived(payload(number(1)), false);
    ends.browser.owner->socketReceived(QByteArray(), false);
    const QByteArray text = R"({"action": "number", "n": 2})";
    ends.browser.owner->socketReceived(text, true);
    QVERIFY(eventually([&] { return ends.stream->readableBytes() == 0; }));
    QByteArray expected = encoded(number(1)) + framed({});
    QVERIFY(appendFrameFromJson(expected, text, {}));
    QCOMPARE(ends.owner.received, expected);
}

void tst_BrowserStream::framesBecomeMessagesInAnySlicing_data()
{
    QTest::addColumn<qsizetype>("slice");
    QTest::newRow("one byte at a time") << qsizetype(1);
    QTest::newRow("three bytes at a time") << qsizetype(3);
    QTest::newRow("all in one write") << mebi;
}

void tst_BrowserStream::framesBecomeMessagesInAnySlicing()
{
    QFETCH(const qsizetype, slice);
    const Ends ends;
    const QList<QByteArray> messages = {payload(number(1)), QByteArray(), payload(bulky(1'000)),
                                        payload(number(2))};
    QByteArray frames;
    for (const QByteArray &message : messages)
        frames += framed(message);
    for (qsizetype i = 0; i < frames.size(); i += slice) {
        const QByteArray bytes = frames.mid(i, slice);
        QCOMPARE(ends.write(bytes), bytes.size());
    }
    QCOMPARE(ends.browser.sent, messages);
}

void tst_BrowserStream::whatIsLeftIsAnnouncedAgain()
{
    Ends ends;
    ends.owner.readSize = 7;
    const QByteArray message = payload(bulky(100));
    ends.browser.owner->socketReceived(message, false);
    QCOMPARE(ends.owner.received.size(), 7); // in the call of the browser; then by the event loop
    QVERIFY(eventually([&] { return ends.stream->readableBytes() == 0; }));
    QCOMPARE(ends.owner.received, framed(message));
}

void tst_BrowserStream::whatComesWhileNobodyReadsIsKept()
{
    Ends ends;
    ends.stream->setReading(false);
    ends.browser.owner->socketReceived(payload(number(1)), false);
    ends.browser.owner->socketReceived(payload(number(2)), false);
    QCoreApplication::processEvents();
    QCOMPARE(ends.owner.readable, 0);
    QCOMPARE(ends.stream->readableBytes(), 2 * encoded(number(1)).size());
    ends.stream->setReading(true);
    QVERIFY(eventually([&] { return ends.stream->readableBytes() == 0; }));
    QCOMPARE(ends.owner.received, encoded(number(1)) + encoded(number(2)));
}

void tst_BrowserStream::fullBrowserTakesNothingUntilItHasRoom()
{
    Ends ends;
    const QByteArray frame = encoded(number(1));
    ends.browser.buffered = full;
    QCOMPARE(ends.write(frame), 0);
    QCOMPARE(ends.write(frame), 0);
    QCOMPARE(ends.owner.writable, 0);
    ends.browser.buffered = 0;
    QVERIFY(eventually([&] { return ends.owner.writable > 0; }));
    QCOMPARE(ends.write(frame), frame.size());
    QCOMPARE(ends.browser.sent, QList{payload(number(1))});
}

void tst_BrowserStream::fullBrowserTakesTheRestAtTheEnd()
{
    const QByteArray frame = encoded(bulky(mebi));
    Ends ends;
    ends.browser.buffered = full;
    QCOMPARE(ends.write(frame), 0);
    ends.stream->waitForWritable(1);
    QCOMPARE(ends.write(frame), frame.size());
    QCOMPARE(ends.stream->unwrittenBytes(), 0);
}

void tst_BrowserStream::endIsToldAsTheBrowserTellsIt_data()
{
    QTest::addColumn<bool>("isOpen");
    QTest::addColumn<int>("code");
    QTest::addColumn<QString>("told");
    QTest::newRow("in order") << true << 1000 << u"ended"_s;
    QTest::newRow("going away") << true << 1001 << u"ended"_s;
    QTest::newRow("without a code") << true << 1005 << u"ended"_s;
    QTest::newRow("broken") << true << 1006
                            << u"failed: the WebSocket failed; browsers do not say why"_s;
    QTest::newRow("not opened") << false << 1006
                                << u"failed: the WebSocket could not be opened; browsers do not "
                                   "say why"_s;
    QTest::newRow("protocol error")
        << true << 1002 << u"fault: the peer closed with code 1002: why"_s;
    QTest::newRow("server error") << true << 1011
                                  << u"failed: the peer closed with code 1011: why"_s;
}

void tst_BrowserStream::endIsToldAsTheBrowserTellsIt()
{
    QFETCH(const bool, isOpen);
    QFETCH(const int, code);
    QFETCH(const QString, told);
    Ends ends(isOpen ? Ends::Open : Ends::Opening);
    ends.browser.owner->socketClosed(CloseCode(code), code == 1006 ? QString() : u"why"_s);
    QVERIFY(eventually([&] { return ends.owner.hasEnded(); }));
    QCOMPARE(ends.owner.log.last(), told);
    QCOMPARE(ends.write(encoded(number(1))), -1);
    char byte = 0;
    QCOMPARE(ends.stream->read(&byte, 1), 0);
    QCOMPARE(ends.owner.log.size(), isOpen ? 2 : 1);
}

void tst_BrowserStream::whatCameBeforeTheEndIsReadFirst()
{
    Ends ends;
    ends.stream->setReading(false);
    const QByteArray message = payload(bulky(5'000));
    ends.browser.owner->socketReceived(message, false);
    ends.browser.owner->socketClosed(CloseCode::Normal, {});
    QCoreApplication::processEvents();
    QVERIFY(!ends.owner.hasEnded());
    ends.stream->setReading(true);
    QVERIFY(eventually([&] { return ends.owner.hasEnded(); }));
    QCOMPARE(ends.owner.received, framed(message));
    QCOMPARE(ends.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_BrowserStream::whatBreaksALimitIsAFault_data()
{
    QTest::addColumn<QByteArray>("message");
    QTest::addColumn<bool>("isText");
    QTest::addColumn<QString>("fault");
    QTest::newRow("too large") << QByteArray(101, 'x') << false
                               << u"WebSocket: message of 101 bytes is over the limit of 100"_s;
    QTest::newRow("no JSON") << "{"_ba << true << u"WebSocket: "_s;
}

void tst_BrowserStream::whatBreaksALimitIsAFault()
{
    QFETCH(const QByteArray, message);
    QFETCH(const bool, isText);
    QFETCH(const QString, fault);
    MessageLimits limits;
    limits.frameSize = 100;
    Ends ends(Ends::Open, limits);
    ends.browser.owner->socketReceived(payload(number(1)), false);
    ends.browser.owner->socketReceived(message, isText);
    ends.browser.owner->socketReceived(payload(number(2)), false); // comes too late
    QVERIFY(eventually([&] { return ends.owner.hasEnded(); }));
    QCOMPARE(ends.owner.received, encoded(number(1)));
    QVERIFY2(ends.owner.log.last().startsWith(u"fault: "_s + fault),
             qPrintable(ends.owner.log.last()));
}

void tst_BrowserStream::nothingIsWrittenAfterClosing()
{
    Ends ends;
    ends.stream->closeWriting();
    QVERIFY(ends.browser.closed.has_value());
    QCOMPARE(ends.browser.closed->code, CloseCode::Normal);
    QCOMPARE(ends.write(encoded(number(1))), -1);
    ends.browser.owner->socketClosed(CloseCode::Normal, {});
    QCOMPARE(ends.owner.log, QStringList({u"opened"_s, u"ended"_s}));
}

void tst_BrowserStream::abortIsSilent()
{
    Ends ends;
    ends.browser.owner->socketReceived(payload(bulky(2'000)), false);
    ends.stream->abort();
    QVERIFY(ends.browser.closed.has_value());
    ends.browser.owner->socketReceived(payload(number(1)), false);
    ends.browser.owner->socketClosed(CloseCode::Broken, {});
    QCoreApplication::processEvents();
    QCOMPARE(ends.owner.log, QStringList(u"opened"_s));
    QCOMPARE(ends.owner.readable, 1);
}

void tst_BrowserStream::ownerMayAbortInsideOfEachCall()
{
    {
        Ends ends(Ends::Opening);
        ends.owner.onOpened = [&] { ends.stream->abort(); };
        ends.browser.owner->socketOpened();
        QVERIFY(ends.browser.closed.has_value());
    }
    {
        Ends ends;
        ends.owner.onReadable = [&] { ends.stream->abort(); };
        ends.browser.owner->socketReceived(payload(number(1)), false);
        ends.browser.owner->socketClosed(CloseCode::Normal, {});
        QCOMPARE(ends.owner.log, QStringList(u"opened"_s));
    }
    {
        Ends ends;
        ends.owner.onEnded = [&] { ends.stream->abort(); };
        ends.browser.owner->socketClosed(CloseCode::Normal, {});
        QCOMPARE(ends.owner.log, QStringList({u"opened"_s, u"ended"_s}));
    }
}

void tst_BrowserStream::connectionGoesBothWaysAndCloses()
{
    Browser browser;
    TestConnection connection;
    connection.open(streamOf(browser));
    browser.owner->socketOpened();
    QVERIFY(connection.receives(u"connected"_s));
    QVERIFY(connection.link.outbox->send(encoded(number(1))).bytes > 0);
    QVERIFY(eventually([&] { return !browser.sent.isEmpty(); }));
    QCOMPARE(browser.sent, QList{payload(number(1))});
    browser.owner->socketReceived(payload(number(2)), false);
    QVERIFY(connection.receives(u"number"_s));

    QVERIFY(connection.link.outbox->send(encoded(number(3))).bytes > 0);
    connection.link.close();
    QVERIFY(eventually([&] { return browser.closed.has_value(); }));
    QCOMPARE(browser.closed->code, CloseCode::Normal);
    QCOMPARE(browser.sent.last(), payload(number(3)));
    QVERIFY(!connection.hasClosed()); // before the peer has answered
    browser.owner->socketClosed(CloseCode::Normal, {});
    QVERIFY(connection.hasClosed());
}

void tst_BrowserStream::connectionTellsThePeerOfItsFault()
{
    Browser browser;
    TestConnection connection;
    connection.open(streamOf(browser));
    browser.owner->socketOpened();
    browser.owner->socketReceived("\xc1"_ba, false);
    QVERIFY(eventually([&] { return browser.closed.has_value(); }));
    QCOMPARE(browser.closed->code, CloseCode::PageFault);
    QVERIFY(!browser.closed->reason.isEmpty());
    QVERIFY(browser.closed->reason.toUtf8().size() <= 123);
    QVERIFY(connection.receives(u"disconnected"_s));
    QVERIFY(!connection.hasClosed());
    browser.owner->socketClosed(CloseCode::PageFault, {});
    QVERIFY(connection.ends());
}

void tst_BrowserStream::connectionThatIsDestroyedHasSentAll()
{
    Browser browser;
    TestConnection connection;
    connection.open(streamOf(browser));
    browser.owner->socketOpened();
    QVERIFY(connection.receives(u"connected"_s));
    browser.buffered = full;
    for (int n = 0; n < 100; ++n)
        QVERIFY(connection.link.outbox->send(encoded(number(n))).bytes > 0);
    {
        const NetworkThread network(std::move(connection.group), NetworkThread::Home::Shared);
    }
    QCOMPARE(browser.sent.size(), 100);
    QCOMPARE(browser.closed->code, CloseCode::Normal);
    QCOMPARE(browser.owner, nullptr);
}

QTEST_GUILESS_MAIN(tst_BrowserStream)

#include "tst_browserstream.moc"
