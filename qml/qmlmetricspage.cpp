// SPDX-License-Identifier: MIT
#include "qmlmetricspage.h"

#include <QRepod/Server>

#include <QtQml/qqmlinfo.h>

#include <utility>

namespace QRepod {

void QmlMetricsPage::setHost(const QString &host)
{
    if (std::exchange(m_host, host) == host)
        return;
    followServer();
    Q_EMIT hostChanged();
}

void QmlMetricsPage::setPort(int port)
{
    if (std::exchange(m_port, port) == port)
        return;
    followServer();
    Q_EMIT portChanged();
}

void QmlMetricsPage::componentComplete()
{
    m_server = qobject_cast<Server *>(parent());
    if (!m_server) {
        qmlWarning(this) << "a MetricsPage must be declared inside a Server";
        return;
    }
    m_page = std::make_unique<MetricsPage>(m_server);
    connect(m_server, &Server::listeningChanged, this, &QmlMetricsPage::followServer);
    followServer();
}

void QmlMetricsPage::followServer()
{
    if (!m_page)
        return;
    m_page->close();
    if (m_server->isListening() && !m_page->listen(m_host, m_port))
        qmlWarning(this) << m_page->errorString();
    Q_EMIT listeningChanged();
}

} // namespace QRepod
