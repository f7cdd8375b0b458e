// SPDX-License-Identifier: MIT
// The window that plots round trips, against its server.

#include "frontend.h"

#include "lag_time/lagtimeserver.h"

#include <QtGui/QImage>
#include <QtQuick/QQuickItem>
#include <QtTest/QTest>

#include <memory>

class tst_LagTime : public QObject
{
    Q_OBJECT

private slots:
    void init();
    void roundTripsArePlottedAsTheyCome();
    void distributionHasAsMuchAsTheLine();
    void lostServerIsToldAndFoundAgain();
    void narrowWindowHasThePlotsBelowEachOther();
    void labelsOfTheAxisKeepTheirDistance();
    void windowAsksWhereTheServerIs();

private:
    std::unique_ptr<LagTimeServer> m_server;
};

namespace {

bool hasBlue(const QImage &image)
{
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            const QColor color = image.pixelColor(x, y);
            if (color.blue() > 200 && color.red() < 120)
                return true;
        }
    }
    return false;
}

QVariantList values(const Frontend &window, const QString &plot, const char *property)
{
    return window.item(plot)->property(property).toList();
}

QString notice(const Frontend &window, const char *property)
{
    return window.item("notice")->property(property).toString();
}

} // namespace

void tst_LagTime::init()
{
    m_server = std::make_unique<LagTimeServer>();
    QVERIFY2(m_server->listen("127.0.0.1", 0), qPrintable(m_server->errorString()));
}

void tst_LagTime::roundTripsArePlottedAsTheyCome()
{
    const Frontend window("LagTime", m_server->port());
    QTRY_VERIFY(values(window, "line", "values").size() > 10);
    QTRY_VERIFY(hasBlue(window.grab("line")));
    for (const QVariant &value : values(window, "line", "values"))
        QVERIFY(value.toDouble() > 0);
    QVERIFY2(
        window.text("status").contains(" to 127.0.0.1:" + QString::number(m_server->port()) + ' '),
        qPrintable(window.text("status")));
}

void tst_LagTime::distributionHasAsMuchAsTheLine()
{
    const Frontend window("LagTime", m_server->port());
    QTRY_VERIFY(values(window, "line", "values").size() > 10);
    QTRY_VERIFY(hasBlue(window.grab("distribution")));
    const QVariantList parts = values(window, "distribution", "parts");
    QCOMPARE(parts.size(), 48);
    QVERIFY(parts.contains(1.0)); // the part with the most
}

void tst_LagTime::lostServerIsToldAndFoundAgain()
{
    const Frontend window("LagTime", m_server->port());
    QTRY_VERIFY(values(window, "line", "values").size() > 1);
    const quint16 port = m_server->port();
    m_server.reset();
    QTRY_VERIFY2(notice(window, "text").contains("refused"), qPrintable(notice(window, "text")));
    QCOMPARE(notice(window, "action"), "Reconnect");
    QCOMPARE(window.text("status"), "Not connected");
    m_server = std::make_unique<LagTimeServer>();
    QVERIFY(m_server->listen("127.0.0.1", port));
    QTRY_VERIFY_WITH_TIMEOUT(window.text("status").contains("and back"), 20'000);
    QVERIFY(!window.item("notice")->isVisible());
}

void tst_LagTime::narrowWindowHasThePlotsBelowEachOther()
{
    const Frontend wide("LagTime", m_server->port(), {860, 560});
    QVERIFY(wide.item("distribution")->x() > wide.item("line")->x() + wide.item("line")->width());
    const Frontend narrow("LagTime", m_server->port(), {360, 640});
    QTRY_VERIFY(narrow.item("distribution")->y()
                > narrow.item("line")->y() + narrow.item("line")->height());
}

void tst_LagTime::labelsOfTheAxisKeepTheirDistance()
{
    const Frontend window("LagTime", m_server->port(), {340, 420});
    window.grab();
    QQuickItem *line = window.item("line");
    line->setHeight(100);
    QObject *axis = line->property("axis").value<QObject *>();
    axis->setProperty("lowest", 0.001);
    axis->setProperty("highest", 100'000);
    const QVariantList decades = line->property("decades").toList();
    QVERIFY(decades.size() > 1);
    const double plot = line->height() - 16;
    const double distance = plot / 8 * (decades[1].toInt() - decades[0].toInt());
    QVERIFY2(distance >= 24, qPrintable(QString::number(distance)));
}

void tst_LagTime::windowAsksWhereTheServerIs()
{
    const Frontend window("LagTime", 1, {}, false, false);
    QCOMPARE(notice(window, "action"), "Connect");
    window.type("port", QString::number(m_server->port()));
    window.click("action");
    QTRY_VERIFY(values(window, "line", "values").size() > 1);
    QVERIFY(!window.item("notice")->isVisible());
}

QTEST_MAIN(tst_LagTime)

#include "tst_lagtime.moc"
