// SPDX-License-Identifier: MIT

//! Runs a fuzz target over the given files and folders when libFuzzer is not linked.

#include <QtCore/qdir.h>
#include <QtCore/qfile.h>

#include <cstdio>

extern "C" int LLVMFuzzerTestOneInput(const quint8 *data, size_t size);

int main(int argc, char **argv)
{
    int runs = 0;
    for (int i = 1; i < argc; ++i) {
        const QString path = QFile::decodeName(argv[i]);
        QStringList files{path};
        if (const QDir folder(path); folder.exists()) {
            files = folder.entryList(QDir::Files);
            for (QString &file : files)
                file = folder.filePath(file);
        }
        for (const QString &name : files) {
            QFile file(name);
            if (!file.open(QIODevice::ReadOnly))
                qFatal("%s: %s", qUtf8Printable(name), qUtf8Printable(file.errorString()));
            const QByteArray bytes = file.readAll();
            LLVMFuzzerTestOneInput(reinterpret_cast<const quint8 *>(bytes.constData()),
                                   size_t(bytes.size()));
            ++runs;
        }
    }
    printf("%d inputs\n", runs);
    return runs > 0 ? 0 : 1;
}
