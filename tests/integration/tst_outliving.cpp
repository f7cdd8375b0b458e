// SPDX-License-Identifier: MIT

//! A process ends even if objects of the library outlive its application: no network thread waits
//! for an event that will never be delivered.

#include "support/rawserver.h"

#include <QtCore/QElapsedTimer>
#include <QtCore/QProcess>
#include <QtTest/QTest>

class tst_Outliving : public QObject
{
    Q_OBJECT

private slots:
    void processEnds_data();
    void processEnds();
};

void tst_Outliving::processEnds_data()
{
    QTest::addColumn<QString>("kind");
    for (const char *kind :
         {"listener of the application", "static listener", "static listener with much to send",
          "leaked listener", "connecting listener", "reconnecting listener",
          "server of the application", "background server of the application", "static server",
          "static background server", "leaked background server", "server with threads",
          "without application"})
        QTest::newRow(kind) << kind;
}

void tst_Outliving::processEnds()
{
    QFETCH(QString, kind);
    RawServer server;
    server.setReading(kind != "static listener with much to send");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(QREPOD_OUTLIVING, {kind, QString::number(server.port())});
    QByteArray output;
    QElapsedTimer sinceEnd; // since the end of main()
    connect(&process, &QProcess::readyRead, this, [&] {
        output += process.readAll();
        sinceEnd.start();
    });
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 30'000);
    if (sinceEnd.isValid())
        qInfo("ended %lld ms after main()", sinceEnd.elapsed());
    // Qt warns about a thread that has just started when the application ends, or never had one.
    output.replace("QEventLoop: Cannot be used without QApplication\n", "");
    QCOMPARE(output.trimmed(), "end");
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 0);
}

QTEST_GUILESS_MAIN(tst_Outliving)
#include "tst_outliving.moc"
