// SPDX-License-Identifier: MIT

//! co_await of a request, with QCoro.

#include "support/literals.h"

#include <QRepod/Channel>
#include <QRepod/ConnectionListener>
#include <QRepod/Request>
#include <QRepod/RequestError>
#include <QRepod/Server>

#include <QCoroFuture>
#include <QCoroTask>

#include <QtTest/qtest.h>

class Shop : public QRepod::Channel
{
    Q_OBJECT

public slots:
    int Network_price(int item) { return 10 * item; }
    void Network_buy(const QRepod::Request &request) { request.refuse(u"sold out"_s); }
};

class tst_Coroutines : public QObject
{
    Q_OBJECT

private slots:
    void requestIsAwaited();
};

namespace {

// Without UTF-16 literals and nested braces, which g++ 12 does not accept in a coroutine.
QCoro::Task<> shopping(QRepod::ConnectionListener &game, QStringList &log)
{
    QVariantMap item;
    item.insert(QLatin1String("item"), 3);
    const QVariant price = co_await game.request(QLatin1String("price"), item);
    log << price.toString();
    try {
        co_await game.request(QLatin1String("buy"));
    } catch (const QRepod::RequestError &error) {
        log << error.error();
    }
}

} // namespace

void tst_Coroutines::requestIsAwaited()
{
    QRepod::Server server;
    server.setChannelClass<Shop>();
    QVERIFY(server.listen(u"127.0.0.1"_s, 0));
    QRepod::ConnectionListener game;
    game.setAutoPump(true);
    game.connect(u"127.0.0.1"_s, server.port());
    QTRY_COMPARE(game.state(), QRepod::ConnectionListener::State::Connected);
    QStringList log;
    QCoro::waitFor(shopping(game, log));
    QCOMPARE(log, QStringList({u"30"_s, u"buy: sold out"_s}));
}

QTEST_GUILESS_MAIN(tst_Coroutines)
#include "tst_coroutines.moc"
