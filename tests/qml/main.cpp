// SPDX-License-Identifier: MIT
// Runs the tests of one file: tst_qml -input tst_listener.qml

#include <QtCore/QtPlugin>
#include <QtQml/QQmlEngine>
#include <QtQuickTest/quicktest.h>

#ifdef QREPOD_STATIC
Q_IMPORT_PLUGIN(QRepodPlugin)
#endif

class Setup : public QObject
{
    Q_OBJECT

public slots:
    void qmlEngineAvailable(QQmlEngine *engine)
    {
        engine->addImportPath(QStringLiteral(QREPOD_QML_IMPORT_PATH));
    }
};

QUICK_TEST_MAIN_WITH_SETUP(qrepod, Setup)

#include "main.moc"
