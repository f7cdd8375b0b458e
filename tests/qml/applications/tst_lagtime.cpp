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
    QVERIFY(window.text("status").startsWith("127.0.0.1:" + QString::number(m_server->port())));
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
    QTRY_VERIFY2(window.text("status").contains("refused"), qPrintable(window.text("status")));
    m_server = std::make_unique<LagTimeServer>();
    QVERIFY(m_server->listen("127.0.0.1", port));
    QTRY_VERIFY_WITH_TIMEOUT(window.text("status").contains("round trips"), 20'000);
}

void tst_LagTime::narrowWindowHasThePlotsBelowEachOther()
{
    const Frontend wide("LagTime", m_server->port(), {860, 560});
    QVERIFY(wide.item("distribution")->x() > wide.item("line")->x() + wide.item("line")->width());
    const Frontend narrow("LagTime", m_server->port(), {360, 640});
    QTRY_VERIFY(narrow.item("distribution")->y()
                > narrow.item("line")->y() + narrow.item("line")->height());
}

QTEST_MAIN(tst_LagTime)

#include "tst_lagtime.moc"
