// SPDX-License-Identifier: MIT

//! What a server shows by HTTP.

#include "support/eventually.h"
#include "support/literals.h"

#include <QRepod/MetricsPage>
#include <QRepod/Server>

#include <QtCore/QRegularExpression>
#include <QtCore/QThread>
#include <QtNetwork/QNetworkAccessManager>
#include <QtNetwork/QNetworkReply>
#include <QtNetwork/QTcpServer>
#include <QtTest/QTest>

#include <memory>

using QRepod::MetricsPage;
using QRepod::Server;

namespace {

struct Answer
{
    int status = 0;
    QByteArray type;
    QByteArray policy;
    QByteArray body;
};

} // namespace

class tst_MetricsPage : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        server = std::make_unique<Server>();
        QVERIFY(server->listen(u"127.0.0.1"_s, 0));
    }

    void figuresAreThoseOfTheServer()
    {
        MetricsPage page(server.get());
        QCOMPARE(page.port(), 0);
        QVERIFY2(page.listen(u"127.0.0.1"_s, 0), qPrintable(page.errorString()));
        QVERIFY(page.port() > 0);
        const Answer answer = get(page, u"/metrics"_s);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.type, "text/plain; version=0.0.4; charset=utf-8"_ba);
        QCOMPARE(answer.body, server->metrics().toUtf8());
        QVERIFY(answer.body.contains("\nqrepod_clients 0\n"));
    }

    void healthIsWhetherTheServerListens()
    {
        MetricsPage page(server.get());
        QVERIFY(page.listen(u"localhost"_s, 0));
        QCOMPARE(get(page, u"/health"_s).status, 200);
        QCOMPARE(get(page, u"/health"_s).body, "ok\n"_ba);
        server->close();
        QCOMPARE(get(page, u"/health"_s).status, 503);
        server.reset();
        QCOMPARE(get(page, u"/health"_s).status, 503);
        QCOMPARE(get(page, u"/metrics"_s).status, 503);
    }

    void thePageForPeopleLoadsNothingFromElsewhere()
    {
        MetricsPage page(server.get());
        QVERIFY(page.listen(u"127.0.0.1"_s, 0));
        const Answer answer = get(page, u"/"_s);
        QCOMPARE(answer.status, 200);
        QCOMPARE(answer.type, "text/html; charset=utf-8"_ba);
        QVERIFY(answer.policy.startsWith("default-src 'none'; "));
        QVERIFY(answer.body.startsWith("<!DOCTYPE html>"));
        QVERIFY(answer.body.endsWith("</html>\n"));
        QVERIFY(!answer.body.contains("src=") && !answer.body.contains("@"_ba + "import"));
    }

    //! Every figure that it plots, but those of clusters and of round trips, is one that there is.
    void thePageForPeopleKnowsTheNamesOfTheFigures()
    {
        MetricsPage page(server.get());
        QVERIFY(page.listen(u"127.0.0.1"_s, 0));
        const QString html = QString::fromUtf8(get(page, u"/"_s).body);
        const QString metrics = server->metrics();
        static const QRegularExpression name(u"(?:gauge|counter): \"(\\w+)\""_s);
        int count = 0;
        for (auto each = name.globalMatch(html); each.hasNext();) {
            const QString figure = each.next().captured(1);
            if (figure.contains(u"cluster"_s) || figure.contains(u"round_trip"_s))
                continue;
            QVERIFY2(metrics.contains(u"# TYPE "_s + figure), qPrintable(figure));
            ++count;
        }
        QCOMPARE(count, 7);
    }

    void thereIsNothingElse()
    {
        MetricsPage page(server.get());
        QVERIFY(page.listen(u"127.0.0.1"_s, 0));
        for (const char *path : {"/nothing", "/metrics/more"})
            QCOMPARE(get(page, QLatin1String(path)).status, 404);
        const std::unique_ptr<QNetworkReply> reply(
            network.post(QNetworkRequest(urlOf(page, u"/metrics"_s)), QByteArray("x")));
        QVERIFY(eventually([&] { return reply->isFinished(); }));
        QCOMPARE(reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(), 404);
    }

    void itMayLiveInAnotherThreadThanTheServer()
    {
        server->startBackground();
        MetricsPage page(server.get());
        QVERIFY(page.listen(u"127.0.0.1"_s, 0));
        QCOMPARE(get(page, u"/metrics"_s).status, 200);
    }

    void whereItCannotListenItSaysWhy()
    {
        MetricsPage page(server.get());
        QVERIFY(!page.listen(u"nowhere"_s, 0));
        QCOMPARE(page.errorString(), u"nowhere:0: not an address"_s);
        QVERIFY(!page.listen(u"127.0.0.1"_s, 70'000));
        QVERIFY(page.errorString().contains(u"70000"_s));
        QTcpServer taken;
        QVERIFY(taken.listen(QHostAddress(QHostAddress::LocalHost)));
        QVERIFY(!page.listen(u"127.0.0.1"_s, taken.serverPort()));
        QVERIFY(page.errorString().contains(QString::number(taken.serverPort())));
        QVERIFY(page.listen(u"127.0.0.1"_s, 0));
        QVERIFY(!page.listen(u"127.0.0.1"_s, 0));
        QCOMPARE(page.errorString(), u"the page is already listening"_s);
        page.close();
        QCOMPARE(page.port(), 0);
        QVERIFY(page.listen(QString(), 0));
    }

private:
    static QUrl urlOf(const MetricsPage &page, const QString &path)
    {
        return QUrl(u"http://127.0.0.1:%1"_s.arg(page.port()) + path);
    }

    Answer get(const MetricsPage &page, const QString &path)
    {
        const std::unique_ptr<QNetworkReply> reply(network.get(QNetworkRequest(urlOf(page, path))));
        if (!eventually([&] { return reply->isFinished(); }))
            return {};
        return {reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt(),
                reply->rawHeader("Content-Type"), reply->rawHeader("Content-Security-Policy"),
                reply->readAll()};
    }

    std::unique_ptr<Server> server;
    QNetworkAccessManager network;
};

QTEST_GUILESS_MAIN(tst_MetricsPage)
#include "tst_metricspage.moc"
