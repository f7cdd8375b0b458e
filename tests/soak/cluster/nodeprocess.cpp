// SPDX-License-Identifier: MIT
#include "soak/cluster/nodeprocess.h"

#include <QtCore/QCoreApplication>

#include <csignal>

NodeProcess::NodeProcess(int number, quint16 redisPort, int leaseTime, Ownerships &arenas)
    : m_number(number)
    , m_leaseTime(leaseTime)
    , m_arenas(arenas)
{
    line.setTarget(redisPort);
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &NodeProcess::read);
}

NodeProcess::~NodeProcess()
{
    m_process.disconnect(this);
    kill();
}

void NodeProcess::start()
{
    ++m_starts;
    m_process.start(QCoreApplication::applicationFilePath(),
                    {"node", QString("redis://127.0.0.1:%1").arg(line.port()),
                     QString::number(m_port), QString::number(m_leaseTime),
                     QString::number(m_arenas.count())});
}

void NodeProcess::kill()
{
    m_process.kill();
    m_process.waitForFinished();
    m_nodes = 0;
}

void NodeProcess::stop()
{
    ::kill(pid_t(m_process.processId()), SIGSTOP);
}

void NodeProcess::resume()
{
    ::kill(pid_t(m_process.processId()), SIGCONT);
}

void NodeProcess::read()
{
    while (m_process.canReadLine()) {
        const QByteArrayList words = m_process.readLine().trimmed().split(' ');
        if (words[0] == "act" && words.size() == 4)
            m_arenas.acted(words[1].mid(5).toInt(), // behind "arena"
                           {m_number, m_starts, words[2].toInt()}, words[3].toLongLong());
        else if (words[0] == "cluster")
            m_nodes = words.value(1).toInt();
        else if (words[0] == "port")
            m_port = quint16(words.value(1).toInt());
    }
}
