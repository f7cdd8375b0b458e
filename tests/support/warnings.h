// SPDX-License-Identifier: MIT
#pragma once

#include <QtCore/qlogging.h>
#include <QtCore/qstringlist.h>

//! Collects the library's warnings while it exists.
class Warnings
{
public:
    Warnings()
    {
        texts().clear();
        m_previous = qInstallMessageHandler(
            [](QtMsgType, const QMessageLogContext &, const QString &text) { texts() << text; });
    }

    ~Warnings() { qInstallMessageHandler(m_previous); }

    static QStringList &texts()
    {
        static QStringList texts;
        return texts;
    }

private:
    Q_DISABLE_COPY_MOVE(Warnings)

    QtMessageHandler m_previous;
};
