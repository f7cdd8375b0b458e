// SPDX-License-Identifier: MIT

//! The datagrams by which clients find servers.

#include "protocol/announcement.h"
#include "support/literals.h"

#include <QRepod/Protocol>

#include <QtTest/qtest.h>

using namespace QRepod;

namespace {

QByteArray payload(const QVariantMap &map)
{
    return encode(map).mid(4);
}

Announcement announcement(const QString &title, const QVariantMap &data = {})
{
    return {7, 8, title, data, 5071};
}

} // namespace

class tst_Announcement : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aQuestionHasTheFullSizeAndComesBack_data()
    {
        QTest::addColumn<quint64>("number");
        QTest::newRow("small") << quint64(0);
        QTest::newRow("large") << (quint64(1) << 40);
        QTest::newRow("largest") << std::numeric_limits<quint64>::max();
    }

    void aQuestionHasTheFullSizeAndComesBack()
    {
        QFETCH(quint64, number);
        const QByteArray datagram = encodeQuestion(number);
        QCOMPARE(datagram.size(), datagramSize);
        QCOMPARE(decodeQuestion(datagram), number);
    }

    void whatIsNoQuestionIsNothing()
    {
        QVERIFY(!decodeQuestion({}));
        QVERIFY(!decodeQuestion(QByteArray(datagramSize, '\0')));
        QVERIFY(!decodeQuestion(encodeQuestion(1).chopped(1)));
        QVERIFY(!decodeQuestion(encodeQuestion(1) + '\0'));
        // A small question would get a larger answer.
        QVERIFY(!decodeQuestion(payload({{u"_find"_s, 1}})));
        QByteArray withText = encodeQuestion(1);
        QVERIFY(withText.contains("_find\x01"));
        QVERIFY(!decodeQuestion(withText.replace("_find\x01", "_find\xc0")));
        QVERIFY(!decodeQuestion(withText.replace("_find\xc0", "_find\xff"))); // -1
    }

    void anAnnouncementComesBack()
    {
        QString error;
        const QByteArray datagram =
            encodeAnnouncement(announcement(u"Anna's game"_s, {{u"players"_s, 3}}), &error);
        QVERIFY2(!datagram.isEmpty(), qPrintable(error));
        const std::optional<Announcement> decoded = decodeAnnouncement(datagram);
        QVERIFY(decoded);
        QCOMPARE(decoded->question, 7u);
        QCOMPARE(decoded->server, 8u);
        QCOMPARE(decoded->title, u"Anna's game"_s);
        QCOMPARE(decoded->data, (QVariantMap{{u"players"_s, 3}}));
        QCOMPARE(decoded->port, 5071);
    }

    void oneThatIsLargerThanAQuestionIsRefused()
    {
        QString error;
        QVERIFY(encodeAnnouncement(announcement(QString(datagramSize, u'x')), &error).isEmpty());
        QVERIFY2(error.contains(u"over the limit of 1200"_s), qPrintable(error));
        error.clear();
        encodeAnnouncement(announcement(u"x"_s, {{u"size"_s, QVariant::fromValue(this)}}), &error);
        QVERIFY(!error.isEmpty());
    }

    void whatIsNoAnnouncementIsNothing_data()
    {
        QTest::addColumn<QVariantMap>("change");
        QTest::newRow("no question") << QVariantMap{{u"_found"_s, {}}};
        QTest::newRow("no server") << QVariantMap{{u"server"_s, u"x"_s}};
        QTest::newRow("a title that is no text") << QVariantMap{{u"title"_s, 1}};
        QTest::newRow("data that is no map") << QVariantMap{{u"data"_s, QVariantList{1}}};
        QTest::newRow("no port") << QVariantMap{{u"port"_s, 0}};
        QTest::newRow("a negative port") << QVariantMap{{u"port"_s, -1}};
        QTest::newRow("a port that is none") << QVariantMap{{u"port"_s, 65536}};
        QTest::newRow("a port with a fraction") << QVariantMap{{u"port"_s, 1.5}};
        QTest::newRow("too large") << QVariantMap{{u"title"_s, QString(1200, u'x')}};
    }

    void whatIsNoAnnouncementIsNothing()
    {
        QFETCH(QVariantMap, change);
        QVariantMap map{{u"_found"_s, 1},
                        {u"server"_s, 2},
                        {u"title"_s, u"x"_s},
                        {u"port"_s, 5071},
                        {u"data"_s, QVariantMap()}};
        QVERIFY(decodeAnnouncement(payload(map)));
        map.insert(change);
        QVERIFY(!decodeAnnouncement(payload(map)));
    }

    void cutAndChangedBytesAreNoReasonToFail()
    {
        QString error;
        const QByteArray datagram = encodeAnnouncement(announcement(u"title"_s), &error);
        for (qsizetype size = 0; size < datagram.size(); ++size)
            QVERIFY(!decodeAnnouncement(datagram.first(size)));
        for (qsizetype i = 0; i < datagram.size(); ++i) {
            for (int byte = 0; byte < 256; ++byte) {
                QByteArray changed = datagram;
                changed[i] = char(byte);
                const std::optional<Announcement> decoded = decodeAnnouncement(changed);
                QVERIFY(!decoded || decoded->port != 0);
            }
        }
    }
};

QTEST_APPLESS_MAIN(tst_Announcement)
#include "tst_announcement.moc"
