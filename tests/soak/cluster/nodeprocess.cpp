// SPDX-License-Identifier: MIT
#include "soak/cluster/nodeprocess.h"

#include "soak/soakgate.h"
#include "soak/tally.h"

#include <QtCore/QCoreApplication>

#include <csignal>

NodeProcess::NodeProcess(int number, quint16 redisPort, int leaseTime, Ownerships &arenas,
                         quint32 seed)
    : m_number(number)
    , m_leaseTime(leaseTime)
    , m_arenas(arenas)
{
    line.setTarget(redisPort);
    routes.push_back(std::make_unique<Route>(seed));
    if (SoakGate::isBuilt())
        routes.push_back(std::make_unique<Route>(seed + 1));
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
    QStringList arguments{"node", QString("redis://127.0.0.1:%1").arg(line.port()),
                          QString::number(m_leaseTime), QString::number(m_arenas.count())};
    for (const auto &route : routes)
        arguments << QString::number(route->port) << QString::number(route->line.port());
    m_process.start(QCoreApplication::applicationFilePath(), arguments);
}

void NodeProcess::kill()
{
    m_process.kill();
    m_process.waitForFinished();
    m_nodes = 0;
    m_id.clear();
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
        const QByteArray said = m_process.readLine().trimmed();
        const QByteArrayList words = said.split(' ');
        if (words[0] == "act" && words.size() == 4)
            m_arenas.acted(words[1].mid(5).toInt(), // after "arena"
                           {m_number, m_starts, words[2].toInt()}, words[3].toLongLong());
        else if (words[0] == "cluster")
            m_offlines += (m_nodes = words.value(1).toInt()) == 0;
        else if (words[0] == "node")
            m_id = words.value(1);
        else if (words[0] == "violation")
            tally().violation(QString("node %1: %2").arg(m_id, said.mid(words[0].size() + 1)));
    }
}
