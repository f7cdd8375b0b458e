// SPDX-License-Identifier: MIT
#include "pythonpeer.h"

#include <QtTest/QTest>

namespace {

constexpr int patience = 90'000; // milliseconds; for a sanitizer on a loaded machine

} // namespace

PythonPeer::~PythonPeer()
{
    if (hasEnded())
        return;
    m_process.closeWriteChannel();
    if (!m_process.waitForFinished(5'000)) {
        m_process.kill();
        m_process.waitForFinished();
    }
}

void PythonPeer::start(const QString &script, const QStringList &arguments)
{
    const QString path = QStringLiteral(QREPOD_PYTHON_FOLDER) + QLatin1Char('/') + script;
    m_process.start(QStringLiteral("/usr/bin/python3"),
                    QStringList{QStringLiteral("-B"), path} + arguments);
}

quint16 PythonPeer::port()
{
    while (!m_process.canReadLine()) {
        if (!m_process.waitForReadyRead(patience))
            return 0;
    }
    const QByteArray line = m_process.readLine();
    return line.startsWith("PORT ") ? line.sliced(5).trimmed().toUShort() : quint16(0);
}

bool PythonPeer::hasSaid(const QByteArray &line)
{
    return QTest::qWaitFor([this] { return m_process.canReadLine(); }, patience)
        && m_process.readLine().trimmed() == line;
}

QString PythonPeer::complaint()
{
    if (!QTest::qWaitFor([this] { return hasEnded(); }, patience))
        return QStringLiteral("it did not end");
    if (m_process.error() == QProcess::UnknownError
        && m_process.exitStatus() == QProcess::NormalExit && m_process.exitCode() == 0)
        return {};
    const QString fault = m_process.error() == QProcess::UnknownError
        ? QStringLiteral("exit status %1").arg(m_process.exitCode())
        : m_process.errorString();
    return QStringLiteral("%1: %2\n%3")
        .arg(m_process.arguments().join(QLatin1Char(' ')), fault,
             QString::fromUtf8(m_process.readAllStandardError()));
}

QString PythonPeer::end()
{
    m_process.closeWriteChannel();
    return complaint();
}
