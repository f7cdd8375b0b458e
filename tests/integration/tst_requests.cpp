// SPDX-License-Identifier: MIT
// Requests and their answers, over real sockets, in both directions.

#include "support/pythonpeer.h"
#include "support/rawserver.h"
#include "support/recordinglistener.h"
#include "support/scriptedserver.h"
#include "support/warnings.h"

#include <QRepod/Request>

#include <QtCore/QPromise>
#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtCore/qpointer.h>
#include <QtTest/QTest>

#include <array>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

using QRepod::Channel;
using QRepod::Request;
using QRepod::RequestError;

namespace {

using Future = QFuture<QVariant>;

//! Qt does not know this type by name.
struct Secret
{
};

struct Offer
{
    Q_GADGET
    Q_PROPERTY(QString name MEMBER name)
    Q_PROPERTY(int price MEMBER price)

public:
    QString name;
    int price = 0;
};

//! What a handler that answers later waits for, and the requests that it keeps.
struct Shop
{
    QPromise<int> count;
    QPromise<QVariant> anything;
    QPromise<void> nothing;
    QPromise<Offer> offer;
    QList<Request> kept;
    std::function<void()> onCall;
    QStringList calls;
};

//! Has every form of answer. Without a server it is a handler object of a listener.
class Keeper : public Channel
{
    Q_OBJECT

public:
    explicit Keeper(Shop *shop)
        : shop(shop)
    {
    }
    void network_received(const QVariantMap &message) override { received << message; }

    Shop *const shop;
    QList<QVariantMap> received;

public slots:
    int Network_add(int a, int b) { return a + b; }
    QVariantMap Network_map(int item) { return {{u"item"_s, item}}; }
    QVariant Network_variant(const QVariant &message) { return message.toMap().value(u"value"_s); }
    Offer Network_gadget() { return {u"sword"_s, 12}; }
    void Network_nothing() { shop->calls << u"nothing"_s; }
    QFuture<int> Network_countLater() { return shop->count.future(); }
    QFuture<QVariant> Network_anythingLater() { return shop->anything.future(); }
    QFuture<void> Network_nothingLater() { return shop->nothing.future(); }
    QFuture<Offer> Network_offerLater() { return shop->offer.future(); }
    QFuture<int> Network_ready() { return QtFuture::makeReadyFuture(5); }
    QFuture<int> Network_never() { return {}; }
    QFuture<Secret> Network_secretLater() { return QtFuture::makeReadyFuture(Secret()); }
    void Network_refuse(const QString &why, const QRepod::Request &request) { request.refuse(why); }
    void Network_middle(int a, QRepod::Request request, int b) { request.reply(a * b); }
    void Network_keep(const QRepod::Request &request)
    {
        shop->calls << (request.isValid() ? u"keep"_s : u"keep nothing"_s);
        if (request.isValid())
            shop->kept << request;
    }
    void Network_drop(const QRepod::Request &) { }
    QVariant Network_unsendable() { return QVariant::fromValue(static_cast<QObject *>(this)); }
    int Network_call()
    {
        const auto call = shop->onCall; // a copy: this may be deleted meanwhile
        call();
        return 1;
    }
};

//! A handler for a whole server.
class Lobby : public QObject
{
    Q_OBJECT

public:
    QString caller;

public slots:
    QString Network_whoami(Channel *channel)
    {
        caller = channel->address();
        return caller;
    }
    void Network_later(Channel *channel, const QString &word, const QRepod::Request &request)
    {
        request.reply(word + channel->address());
    }
};

//! A server and a client, both of which can answer.
class Pair
{
public:
    Pair()
    {
        player->setAutoPump(true);
        player->addHandler(&handler);
        server->setChannelFactory([this] { return new Keeper(&shop); });
        if (!server->listen(local, 0))
            qFatal("the server cannot listen: %s", qPrintable(server->errorString()));
        if (!player->connectAndWait(server->port())
            || !eventually([&] { return server->channels().size() == 1; }))
            qFatal("the client cannot join");
        channel = static_cast<Keeper *>(server->channels().constFirst());
    }

    //! Sends a request to the server, or else to the client.
    Future ask(bool isServer, const QString &action, const QVariantMap &fields = {},
               int timeout = patience) const
    {
        return isServer ? player->request(action, fields, timeout)
                        : channel->request(action, fields, timeout);
    }

    Shop shop;
    std::unique_ptr<QRepod::Server> server = std::make_unique<QRepod::Server>();
    Keeper handler{&shop}; // for the client
    std::unique_ptr<RecordingListener> player = std::make_unique<RecordingListener>();
    QPointer<Keeper> channel;
};

bool finishes(const Future &future)
{
    return eventually([&] { return future.isFinished(); });
}

//! Returns the result of \a future, or `"error: …"`.
QVariant outcome(Future future)
{
    if (!finishes(future))
        return u"it does not finish"_s;
    try {
        future.waitForFinished();
    } catch (const RequestError &error) {
        return u"error: "_s + error.error();
    }
    return future.resultCount() == 1 ? future.result() : u"it was cancelled"_s;
}

QVariantMap request(const QString &action, const QVariant &number, QVariantMap fields = {})
{
    fields.insert(u"_request"_s, number);
    return message(action, fields);
}

void addSides()
{
    QTest::addColumn<bool>("isServer");
    QTest::newRow("the server answers") << true;
    QTest::newRow("the client answers") << false;
}

} // namespace

class tst_Requests : public QObject
{
    Q_OBJECT

private slots:
    void handlerAnswers_data();
    void handlerAnswers();
    void handlerAnswersLaterByFuture_data();
    void handlerAnswersLaterByFuture();
    void failedFutureRefuses_data();
    void failedFutureRefuses();
    void futureOfAnUnknownTypeRefusesWithAWarning();
    void requestIsAnsweredOnce();
    void requestIsAnsweredFromManyThreads();
    void lastCopyThatDiesRefuses_data();
    void lastCopyThatDiesRefuses();
    void messageThatIsNoRequestHasAnInvalidOne();
    void firstObjectThatReturnsSomethingAnswers();
    void serverHandlerAnswersWithTheChannelFirst();
    void nobodyHandlesIt_data();
    void nobodyHandlesIt();
    void fieldsDoNotFit();
    void answerThatCannotBeSentRefusesWithAWarning();
    void requestThatCannotBeSentFailsAtOnce();
    void requestWithoutConnectionFailsAtOnce();
    void requestTimesOut_data();
    void requestTimesOut();
    void timeoutComesInsidePump();
    void lateAnswerIsAnOrdinaryMessage();
    void endOfTheConnectionFails_data();
    void endOfTheConnectionFails();
    void deletedAskerFailsLater_data();
    void deletedAskerFailsLater();
    void thousandAreUnderWay_data();
    void thousandAreUnderWay();
    void tenThousandMayWait();
    void handlerMayDeleteItsObject_data();
    void handlerMayDeleteItsObject();
    void continuationMayDeleteTheAsker_data();
    void continuationMayDeleteTheAsker();
    void continuationMayAskAgain();
    void peerAsksByHand();
    void refusalNamesTheActionOnce_data();
    void refusalNamesTheActionOnce();
    void peerAnswersByHand();
    void numberThatIsNoneIsAnOrdinaryMessage_data();
    void numberThatIsNoneIsAnOrdinaryMessage();
    void replyThatNobodyWaitsForIsNotAnswered();
    void answerToAnOldConnectionDoesNotReachTheNext();
    void pythonAsks();
    void pythonAnswers();
};

void tst_Requests::handlerAnswers_data()
{
    QTest::addColumn<bool>("isServer");
    QTest::addColumn<QString>("action");
    QTest::addColumn<QVariantMap>("fields");
    QTest::addColumn<QVariant>("result");
    for (const bool isServer : {true, false}) {
        const char *const who = isServer ? "server" : "client";
        const auto row = [&](const char *action, const QVariantMap &fields,
                             const QVariant &result) {
            QTest::addRow("%s: %s", who, action)
                << isServer << QString::fromLatin1(action) << fields << result;
        };
        row("add", {{u"a"_s, 2}, {u"b"_s, 3}}, 5);
        row("map", {{u"item"_s, 7}}, QVariantMap{{u"item"_s, 7}});
        row("variant", {{u"value"_s, QVariantList{1, u"x"_s}}}, QVariantList{1, u"x"_s});
        row("gadget", {}, QVariantMap{{u"name"_s, u"sword"_s}, {u"price"_s, 12}});
        row("nothing", {}, QVariant::fromValue(nullptr));
        row("ready", {}, 5);
        row("never", {}, u"error: never: the handler's future was cancelled"_s);
        row("refuse", {{u"why"_s, u"sold out"_s}}, u"error: refuse: sold out"_s);
        row("refuse", {{u"why"_s, QString()}}, u"error: refuse: the request was refused"_s);
        row("middle", {{u"a"_s, 6}, {u"b"_s, 7}}, 42);
    }
}

void tst_Requests::handlerAnswers()
{
    QFETCH(bool, isServer);
    QFETCH(QString, action);
    QFETCH(QVariantMap, fields);
    QFETCH(QVariant, result);
    const Pair pair;
    QCOMPARE(outcome(pair.ask(isServer, action, fields)), result);
    // Nobody else sees answer or request as messages.
    QVERIFY(!pair.player->actions().contains(u"_reply"_s));
    QVERIFY(pair.channel->received.isEmpty());
}

void tst_Requests::handlerAnswersLaterByFuture_data()
{
    addSides();
}

void tst_Requests::handlerAnswersLaterByFuture()
{
    QFETCH(bool, isServer);
    qRegisterMetaType<Offer>();
    Pair pair;
    pair.shop.count.start();
    pair.shop.anything.start();
    pair.shop.nothing.start();
    pair.shop.offer.start();
    const Future count = pair.ask(isServer, u"countLater"_s);
    const Future anything = pair.ask(isServer, u"anythingLater"_s);
    const Future nothing = pair.ask(isServer, u"nothingLater"_s);
    const Future offer = pair.ask(isServer, u"offerLater"_s);
    QCOMPARE(outcome(pair.ask(isServer, u"ready"_s)), QVariant(5)); // after the others
    QVERIFY(!count.isFinished() && !anything.isFinished());
    QVERIFY(!nothing.isFinished() && !offer.isFinished());

    pair.shop.count.addResult(3);
    pair.shop.count.finish();
    pair.shop.anything.addResult(QVariant(u"x"_s));
    pair.shop.anything.finish();
    pair.shop.nothing.finish();
    pair.shop.offer.addResult(Offer{u"bow"_s, 9});
    pair.shop.offer.finish();
    QCOMPARE(outcome(count), QVariant(3));
    QCOMPARE(outcome(anything), QVariant(u"x"_s));
    QVERIFY(outcome(nothing).isNull());
    QCOMPARE(outcome(offer), QVariant(QVariantMap{{u"name"_s, u"bow"_s}, {u"price"_s, 9}}));
}

void tst_Requests::failedFutureRefuses_data()
{
    addSides();
}

void tst_Requests::failedFutureRefuses()
{
    QFETCH(bool, isServer);
    Pair pair;
    pair.shop.count.start();
    pair.shop.anything.start();
    pair.shop.nothing.start();
    pair.shop.offer.start();
    const Future offer = pair.ask(isServer, u"offerLater"_s);
    const Future count = pair.ask(isServer, u"countLater"_s);
    const Future anything = pair.ask(isServer, u"anythingLater"_s);
    const Future nothing = pair.ask(isServer, u"nothingLater"_s);
    QCOMPARE(outcome(pair.ask(isServer, u"ready"_s)), QVariant(5));

    pair.shop.count.setException(RequestError(u"no gold"_s));
    pair.shop.count.finish();
    pair.shop.anything.setException(
        std::make_exception_ptr(std::runtime_error("the data base is down")));
    pair.shop.anything.finish();
    pair.shop.offer.setException(std::make_exception_ptr(7));
    pair.shop.offer.finish();
    pair.shop.nothing.future().cancel();
    pair.shop.nothing.finish();
    QCOMPARE(outcome(count), QVariant(u"error: countLater: no gold"_s));
    QCOMPARE(outcome(anything), QVariant(u"error: anythingLater: the data base is down"_s));
    QCOMPARE(outcome(nothing),
             QVariant(u"error: nothingLater: the handler's future was cancelled"_s));
    QCOMPARE(outcome(offer), QVariant(u"error: offerLater: the handler failed"_s));
}

//! Nobody knows what it contains.
void tst_Requests::futureOfAnUnknownTypeRefusesWithAWarning()
{
    Pair pair;
    const QRegularExpression error(u"the result type of QFuture<.*Secret> is not registered"_s);
    QTest::ignoreMessage(QtWarningMsg, error);
    const QString answer = outcome(pair.ask(true, u"secretLater"_s)).toString();
    QVERIFY2(answer.contains(error), qPrintable(answer));
}

void tst_Requests::requestIsAnsweredOnce()
{
    Pair pair;
    const Future future = pair.ask(true, u"keep"_s);
    QVERIFY(eventually([&] { return pair.shop.kept.size() == 1; }));
    const Request copy = pair.shop.kept.constFirst();
    QVERIFY(copy.isValid());
    QVERIFY(copy.reply(u"first"_s) > 0);
    QCOMPARE(pair.shop.kept.takeFirst().reply(u"second"_s), 0);
    QCOMPARE(copy.refuse(u"third"_s), 0);
    QCOMPARE(outcome(future), QVariant(u"first"_s));
    QCOMPARE(Request().reply(), 0);
    QCOMPARE(Request().refuse(u"why"_s), 0);
}

void tst_Requests::requestIsAnsweredFromManyThreads()
{
    constexpr int count = 1000;
    Pair pair;
    QList<Future> futures;
    for (int i = 0; i < count; ++i)
        futures << pair.ask(true, u"keep"_s);
    QVERIFY(eventually([&] { return pair.shop.kept.size() == count; }));

    // All threads try to answer every request.
    std::array<std::unique_ptr<QThread>, 8> threads;
    std::atomic<int> answers = 0;
    for (auto &thread : threads) {
        thread.reset(QThread::create([&answers, requests = pair.shop.kept] {
            for (int i = 0; i < count; ++i)
                answers += requests[i].reply(i) > 0;
        }));
    }
    pair.shop.kept.clear();
    for (auto &thread : threads)
        thread->start();
    for (auto &thread : threads)
        QVERIFY(thread->wait(patience));
    QCOMPARE(answers, count);
    for (int i = 0; i < count; ++i)
        QCOMPARE(outcome(futures[i]), QVariant(i));
}

void tst_Requests::lastCopyThatDiesRefuses_data()
{
    addSides();
}

void tst_Requests::lastCopyThatDiesRefuses()
{
    QFETCH(bool, isServer);
    Pair pair;
    QCOMPARE(outcome(pair.ask(isServer, u"drop"_s)),
             QVariant(u"error: drop: the request was not answered"_s));
    const Future kept = pair.ask(isServer, u"keep"_s);
    QVERIFY(eventually([&] { return pair.shop.kept.size() == 1; }));
    QVERIFY(!kept.isFinished());
    pair.shop.kept.clear();
    QCOMPARE(outcome(kept), QVariant(u"error: keep: the request was not answered"_s));
}

void tst_Requests::messageThatIsNoRequestHasAnInvalidOne()
{
    Pair pair;
    pair.player->send(u"keep"_s);
    QVERIFY(eventually([&] { return pair.shop.calls.contains(u"keep nothing"_s); }));
}

void tst_Requests::firstObjectThatReturnsSomethingAnswers()
{
    Pair pair;
    Keeper second(&pair.shop);
    pair.player->addHandler(&second);
    const Future future = pair.ask(false, u"keep"_s);
    QVERIFY(eventually([&] { return pair.shop.calls.size() == 2; }));
    QCOMPARE(pair.shop.calls, (QStringList{u"keep"_s, u"keep nothing"_s}));
    pair.shop.kept.takeFirst().reply(1);
    QCOMPARE(outcome(future), QVariant(1));
}

void tst_Requests::serverHandlerAnswersWithTheChannelFirst()
{
    const Pair pair;
    Lobby lobby;
    pair.server->addHandler(&lobby);
    QCOMPARE(outcome(pair.ask(true, u"whoami"_s)), QVariant(pair.channel->address()));
    QCOMPARE(outcome(pair.ask(true, u"later"_s, {{u"word"_s, u"at "_s}})),
             QVariant(u"at "_s + pair.channel->address()));
}

void tst_Requests::nobodyHandlesIt_data()
{
    addSides();
}

void tst_Requests::nobodyHandlesIt()
{
    QFETCH(bool, isServer);
    const Pair pair;
    QCOMPARE(outcome(pair.ask(isServer, u"jump"_s)),
             QVariant(u"error: jump: there is no handler"_s));
    // It also counts as a message that nobody took.
    if (isServer)
        QCOMPARE(pair.channel->received.size(), 1);
    else
        QCOMPARE(pair.player->actions().count(u"jump"_s), 1);
}

void tst_Requests::fieldsDoNotFit()
{
    const Warnings warnings;
    const Pair pair;
    const QString error =
        outcome(pair.ask(true, u"add"_s, {{u"a"_s, 1}, {u"b"_s, u"two"_s}})).toString();
    QCOMPARE(Warnings::texts().size(), 1);
    QCOMPARE(error, u"error: add: "_s + Warnings::texts().constFirst());
    QVERIFY2(error.contains(u"\"b\""_s), qUtf8Printable(error));
    QCOMPARE(pair.channel->received.size(), 1);

    // The warning comes once, the reason every time.
    QCOMPARE(outcome(pair.ask(true, u"add"_s, {{u"a"_s, 1}, {u"b"_s, u"two"_s}})), QVariant(error));
    QCOMPARE(Warnings::texts().size(), 1);
}

void tst_Requests::answerThatCannotBeSentRefusesWithAWarning()
{
    const Warnings warnings;
    const Pair pair;
    const QString error = outcome(pair.ask(true, u"unsendable"_s)).toString();
    QVERIFY2(error.startsWith(u"error: unsendable: "_s), qUtf8Printable(error));
    QVERIFY2(error.contains(u"result"_s), qUtf8Printable(error));
    QCOMPARE(Warnings::texts().size(), 1);
}

void tst_Requests::requestThatCannotBeSentFailsAtOnce()
{
    const Pair pair;
    const QVariantMap fields{{u"it"_s, QVariant::fromValue<QObject *>(pair.server.get())}};
    const Future future = pair.ask(true, u"take"_s, fields);
    QVERIFY(future.isFinished());
    const QString error = outcome(future).toString();
    QVERIFY2(error.startsWith(u"error: take: "_s), qUtf8Printable(error));
    QVERIFY2(error.contains(u"it"_s), qUtf8Printable(error));
}

void tst_Requests::requestWithoutConnectionFailsAtOnce()
{
    RecordingListener listener;
    const Future before = listener.request(u"buy"_s);
    QVERIFY(before.isFinished());
    QCOMPARE(outcome(before), QVariant(u"error: buy: not connected"_s));

    Shop shop;
    Keeper channel(&shop);
    QCOMPARE(outcome(channel.request(u"buy"_s)), QVariant(u"error: buy: not connected"_s));

    const Pair pair;
    pair.player->close();
    QCOMPARE(outcome(pair.ask(true, u"buy"_s)), QVariant(u"error: buy: not connected"_s));
}

void tst_Requests::requestTimesOut_data()
{
    addSides();
}

void tst_Requests::requestTimesOut()
{
    QFETCH(bool, isServer);
    const Pair pair;
    const Future never = pair.ask(isServer, u"keep"_s, {}, -1);
    const Future late = pair.ask(isServer, u"keep"_s, {}, 40);
    const Future early = pair.ask(isServer, u"keep"_s, {}, 20);
    QCOMPARE(outcome(early), QVariant(u"error: keep: timed out after 20 ms"_s));
    QCOMPARE(outcome(late), QVariant(u"error: keep: timed out after 40 ms"_s));
    QVERIFY(!never.isFinished());
}

void tst_Requests::timeoutComesInsidePump()
{
    Pair pair;
    pair.player->setAutoPump(false);
    bool isPumping = false;
    bool wasPumping = false;
    int wakes = 0;
    QObject::connect(pair.player.get(), &RecordingListener::messagesQueued, pair.player.get(),
                     [&] { ++wakes; });
    Future future = pair.ask(true, u"keep"_s, {}, 20).then([&](Future) {
        wasPumping = isPumping;
        return QVariant();
    });
    // The greeting wakes it too.
    const auto pumpWhenTold = [&] {
        if (std::exchange(wakes, 0) == 0)
            return false;
        isPumping = true;
        pair.player->pump();
        isPumping = false;
        return future.isFinished();
    };
    QVERIFY(eventually(pumpWhenTold));
    QVERIFY(wasPumping);
}

void tst_Requests::lateAnswerIsAnOrdinaryMessage()
{
    Pair pair;
    QVERIFY(outcome(pair.ask(true, u"keep"_s, {}, 1)).toString().contains(u"timed out"_s));
    QVERIFY(eventually([&] { return pair.shop.kept.size() == 1; }));
    QVERIFY(pair.shop.kept.constFirst().reply(7) > 0);
    QVERIFY(pair.player->pumpUntil(u"_reply"_s));
    QCOMPARE(pair.player->messages.constLast().value(u"result"_s), QVariant(7));
    // Nor is it answered itself.
    QCOMPARE(outcome(pair.ask(true, u"ready"_s)), QVariant(5));
    QVERIFY(pair.channel->received.isEmpty());
}

void tst_Requests::endOfTheConnectionFails_data()
{
    addSides();
}

void tst_Requests::endOfTheConnectionFails()
{
    QFETCH(bool, isServer);
    for (const bool isEndedByAsker : {true, false}) {
        Pair pair;
        // By then each knows that the other never closes only one direction.
        QCOMPARE(outcome(pair.ask(true, u"ready"_s)), QVariant(5));
        const Future future = pair.ask(isServer, u"keep"_s, {}, -1);
        QVERIFY(eventually([&] { return pair.shop.kept.size() == 1; }));
        if (isEndedByAsker == isServer)
            pair.player->close();
        else
            pair.channel->close();
        QCOMPARE(outcome(future), QVariant(u"error: keep: the connection ended"_s));
        // An answer that is given only now has nobody to go to.
        QVERIFY(eventually([&] { return !pair.channel; }));
        QVERIFY(eventually(
            [&] { return pair.player->state() == RecordingListener::State::Disconnected; }));
        QCOMPARE(pair.shop.kept.takeFirst().reply(1), 0);
    }
}

void tst_Requests::deletedAskerFailsLater_data()
{
    addSides();
}

void tst_Requests::deletedAskerFailsLater()
{
    QFETCH(bool, isServer);
    Pair pair;
    const Future future = pair.ask(isServer, u"keep"_s, {}, -1);
    if (isServer)
        pair.player.reset();
    else
        delete pair.channel;
    QVERIFY(!future.isFinished());
    QCOMPARE(outcome(future), QVariant(u"error: keep: the connection ended"_s));
}

void tst_Requests::thousandAreUnderWay_data()
{
    addSides();
}

void tst_Requests::thousandAreUnderWay()
{
    QFETCH(bool, isServer);
    constexpr int count = 1000;
    Pair pair;
    QList<Future> futures;
    for (int i = 0; i < count; ++i)
        futures << pair.ask(isServer, u"keep"_s);
    QVERIFY(eventually([&] { return pair.shop.kept.size() == count; }));
    for (int i = count - 1; i >= 0; --i) // in another order
        QVERIFY(pair.shop.kept[i].reply(i) > 0);
    for (int i = 0; i < count; ++i)
        QCOMPARE(outcome(futures[i]), QVariant(i));
}

void tst_Requests::tenThousandMayWait()
{
    RawServer server; // which does not answer
    RecordingListener listener;
    QVERIFY(listener.connectAndWait(server.port()));
    QList<Future> futures;
    for (int i = 0; i < 10'000; ++i)
        futures << listener.request(u"a"_s);
    QVERIFY(!futures.constLast().isFinished());
    const Future next = listener.request(u"a"_s);
    QCOMPARE(outcome(next),
             QVariant(u"error: a: 10000 requests are already waiting for an answer"_s));
}

void tst_Requests::handlerMayDeleteItsObject_data()
{
    addSides();
}

void tst_Requests::handlerMayDeleteItsObject()
{
    QFETCH(bool, isServer);
    Pair pair;
    pair.shop.onCall = [&] {
        if (isServer)
            delete pair.channel;
        else
            pair.player.reset();
    };
    QCOMPARE(outcome(pair.ask(isServer, u"call"_s)),
             QVariant(u"error: call: the connection ended"_s));
}

void tst_Requests::continuationMayDeleteTheAsker_data()
{
    QTest::addColumn<bool>("isServer");
    QTest::addColumn<QString>("action");
    for (const bool isServer : {true, false}) {
        const char *const who = isServer ? "client" : "channel";
        QTest::addRow("%s: answered", who) << isServer << u"ready"_s;
        QTest::addRow("%s: timed out", who) << isServer << u"keep"_s;
        QTest::addRow("%s: ended", who) << isServer << u"call"_s;
    }
}

void tst_Requests::continuationMayDeleteTheAsker()
{
    QFETCH(bool, isServer);
    QFETCH(QString, action);
    Pair pair;
    const int timeout = action == u"keep"_s ? 20 : patience;
    pair.shop.onCall = [&] {
        if (isServer)
            pair.channel->close();
        else
            pair.player->close();
    };
    Future future = pair.ask(isServer, action, {}, timeout).then([&](Future) {
        if (isServer)
            pair.player.reset();
        else
            delete pair.channel;
        return QVariant();
    });
    QVERIFY(finishes(future));
    QVERIFY(isServer ? !pair.player : !pair.channel);
}

void tst_Requests::continuationMayAskAgain()
{
    const Pair pair;
    Future again;
    Future first = pair.ask(true, u"ready"_s).then([&](Future) {
        again = pair.ask(true, u"add"_s, {{u"a"_s, 1}, {u"b"_s, 1}});
        return QVariant();
    });
    QVERIFY(finishes(first));
    QCOMPARE(outcome(again), QVariant(2));
}

void tst_Requests::peerAsksByHand()
{
    Pair pair;
    RawClient client(pair.server->port());
    const quint64 greatest = std::numeric_limits<quint64>::max();
    client.send(request(u"add"_s, 0, {{u"a"_s, 1}, {u"b"_s, 2}}));
    client.send(request(u"add"_s, greatest, {{u"a"_s, 3}, {u"b"_s, 4}}));
    client.send(request(u"jump"_s, 7));
    client.send(request(u"nothing"_s, 7));
    QVERIFY(client.receives(u"_reply"_s, 4));
    const QList<QVariantMap> replies = client.messages().sliced(1); // after the greeting
    QCOMPARE(replies[0], request(u"_reply"_s, qint64(0), {{u"result"_s, qint64(3)}}));
    QCOMPARE(replies[1], request(u"_reply"_s, greatest, {{u"result"_s, qint64(7)}}));
    QCOMPARE(replies[2],
             request(u"_reply"_s, qint64(7), {{u"error"_s, u"jump: there is no handler"_s}}));
    QVERIFY(replies[3].contains(u"result"_s) && !replies[3].contains(u"error"_s));
}

void tst_Requests::refusalNamesTheActionOnce_data()
{
    QTest::addColumn<QVariantMap>("asked");
    QTest::addColumn<QString>("reason");
    QTest::addColumn<bool>("isNamed");
    QTest::newRow("the handler refuses")
        << request(u"refuse"_s, 1, {{u"why"_s, u"no money"_s}}) << u"no money"_s << false;
    const auto row = [](const char *name, const QString &action, const QVariantMap &fields,
                        const QString &reason) {
        QTest::newRow(name) << request(action, 1, fields) << reason << true;
    };
    row("without a reason", u"refuse"_s, {{u"why"_s, QString()}}, u"the request was refused"_s);
    row("the fields do not fit", u"add"_s, {{u"a"_s, u"x"_s}, {u"b"_s, 1}},
        u"Keeper::Network_add: field \"a\" is text, the parameter is an int"_s);
    row("nobody handles it", u"jump"_s, {}, u"there is no handler"_s);
    row("the last copy dies", u"drop"_s, {}, u"the request was not answered"_s);
    row("the answer cannot be encoded", u"unsendable"_s, {},
        u"result: QObject* has no MessagePack form"_s);
}

//! A plain peer gets the action with it, unless the words are the game's. A QRepod peer adds the
//! action itself, so it gets only the reason.
void tst_Requests::refusalNamesTheActionOnce()
{
    QFETCH(QVariantMap, asked);
    QFETCH(QString, reason);
    QFETCH(bool, isNamed);
    const QString action = asked.value(u"action"_s).toString();
    const QString named = isNamed ? action + u": "_s + reason : reason;
    Warnings warnings;
    Pair pair;
    RawClient client(pair.server->port());
    client.send(asked);
    QVERIFY(client.receives(u"_reply"_s));
    QCOMPARE(client.messages().constLast().value(u"error"_s), QVariant(named));

    RawClient known(pair.server->port());
    known.send({{u"_hello"_s, 1}});
    known.send(asked);
    QVERIFY(known.receives(u"_reply"_s));
    QCOMPARE(known.messages().constLast().value(u"error"_s), QVariant(reason));

    RawServer server;
    pair.player->connect(local, server.port());
    QVERIFY(pair.player->pumpUntil(u"connected"_s, 2));
    server.send(asked);
    QVERIFY(eventually([&] { return !server.received().isEmpty(); }));
    QCOMPARE(server.received().constFirst().value(u"error"_s), QVariant(named));
}

void tst_Requests::peerAnswersByHand()
{
    RawServer server;
    RecordingListener listener;
    listener.setAutoPump(true);
    QVERIFY(listener.connectAndWait(server.port()));
    const Future bought = listener.request(u"buy"_s, {{u"item"_s, 3}});
    const Future refused = listener.request(u"sell"_s);
    const Future bare = listener.request(u"wait"_s);
    const Future named = listener.request(u"sell"_s);
    QVERIFY(eventually([&] { return server.received().size() == 4; }));
    const QVariantMap asked = server.received().constFirst();
    QCOMPARE(asked.value(u"action"_s), QVariant(u"buy"_s));
    QCOMPARE(asked.value(u"item"_s), QVariant(3));

    const auto number = [&](int i) { return server.received()[i].value(u"_request"_s); };
    server.send(request(u"_reply"_s, number(1), {{u"error"_s, u"not yours"_s}}));
    server.send(request(u"_reply"_s, number(2)));
    server.send(request(u"_reply"_s, number(3), {{u"error"_s, u"sell: not yours"_s}}));
    server.send(request(u"_reply"_s, number(0),
                        {{u"error"_s, QVariant()}, {u"result"_s, QVariantList{1, 2}}}));
    QCOMPARE(outcome(bought), QVariant(QVariantList{1, 2}));
    QCOMPARE(outcome(refused), QVariant(u"error: sell: not yours"_s));
    QVERIFY(outcome(bare).isNull());
    QCOMPARE(outcome(named), QVariant(u"error: sell: not yours"_s));
}

void tst_Requests::numberThatIsNoneIsAnOrdinaryMessage_data()
{
    QTest::addColumn<QVariant>("number");
    QTest::newRow("negative") << QVariant(-1);
    QTest::newRow("float") << QVariant(1.0);
    QTest::newRow("text") << QVariant(u"1"_s);
    QTest::newRow("nil") << QVariant();
    QTest::newRow("true") << QVariant(true);
}

void tst_Requests::numberThatIsNoneIsAnOrdinaryMessage()
{
    QFETCH(QVariant, number);
    Pair pair;
    RawClient client(pair.server->port());
    client.send(request(u"keep"_s, number));
    client.send(request(u"ready"_s, 5));
    QVERIFY(client.receives(u"_reply"_s));
    QCOMPARE(pair.shop.calls, QStringList{u"keep nothing"_s});
    QCOMPARE(client.messages().constLast().value(u"_request"_s), QVariant(5));
}

void tst_Requests::replyThatNobodyWaitsForIsNotAnswered()
{
    Pair pair;
    RawClient client(pair.server->port());
    QVERIFY(client.receives(u"connected"_s));
    client.send(request(u"_reply"_s, 1, {{u"result"_s, 2}}));
    client.send(request(u"ready"_s, 5));
    QVERIFY(client.receives(u"_reply"_s));
    QCOMPARE(client.messages().constLast().value(u"_request"_s), QVariant(5));
    QCOMPARE(client.actions().count(u"_reply"_s), 1);
}

void tst_Requests::answerToAnOldConnectionDoesNotReachTheNext()
{
    Pair pair;
    pair.player->setAutoPump(false);
    const Future future = pair.ask(false, u"keep"_s, {}, -1);
    QVERIFY(eventually([&] { return pair.player->pump() > 0 || !pair.shop.kept.isEmpty(); }));
    const Request old = pair.shop.kept.takeFirst();
    RawServer next;
    pair.player->connect(local, next.port());
    QVERIFY(pair.player->pumpUntil(u"connected"_s, 2));
    QCOMPARE(old.reply(1), 0);
    pair.player->send(u"end"_s);
    QVERIFY(eventually([&] { return !next.received().isEmpty(); }));
    QCOMPARE(next.received().constFirst(), message(u"end"_s));
    QCOMPARE(outcome(future), QVariant(u"error: keep: the connection ended"_s));
}

void tst_Requests::pythonAsks()
{
    Pair pair;
    PythonPeer peer(u"client.py"_s, {u"asks"_s, u"--port=%1"_s.arg(pair.server->port())});
    QCOMPARE(peer.complaint(), QString());
}

void tst_Requests::pythonAnswers()
{
    PythonPeer peer(u"server.py"_s, {u"answers"_s});
    RecordingListener listener;
    listener.setAutoPump(true);
    QVERIFY(listener.connectAndWait(peer.port()));
    QCOMPARE(outcome(listener.request(u"add"_s, {{u"a"_s, 2}, {u"b"_s, 3}})), QVariant(5));
    QCOMPARE(outcome(listener.request(u"buy"_s)), QVariant(u"error: buy: no such action"_s));
    listener.send(u"done"_s);
    QCOMPARE(peer.complaint(), QString());
}

QTEST_GUILESS_MAIN(tst_Requests)
#include "tst_requests.moc"
