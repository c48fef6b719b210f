import { placeVoc, vocClasses, vocLayout } from '../layouts/voc.ts';
import { imageSet } from '../stored/image-set.ts';

/** Training and validation; the test set has no public annotations. Its sum is the one that torchvision checks. */
export const voc2012 = imageSet(
  {
    name: 'voc-2012',
    title: 'PASCAL VOC 2012',
    description: 'Photographs with boxes around every object of 20 kinds, about 500x375 each.',
    licence: 'the terms of use of Flickr',
    source: 'M. Everingham, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: PASCAL VOC 2012',
    homepage: 'http://host.robots.ox.ac.uk/pascal/VOC/voc2012/',
    citation:
      'M. Everingham, L. Van Gool, C. K. I. Williams, J. Winn, A. Zisserman: The PASCAL Visual Object Classes ' +
      'Challenge 2012 (VOC2012) results.',
    classes: vocClasses,
    published: {
      version: '11 May 2012',
      splits: { train: 5_717, validation: 5_823 },
      // Of the archives; segmentations in them are left out.
      bytes: 1_999_639_040,
    },
    sources: [
      {
        kind: 'web',
        files: [
          {
            name: 'VOCtrainval_11-May-2012.tar',
            urls: [
              'http://host.robots.ox.ac.uk/pascal/VOC/voc2012/VOCtrainval_11-May-2012.tar',
              'https://pjreddie.com/media/files/VOCtrainval_11-May-2012.tar',
            ],
            bytes: 1_999_639_040,
            checksum: { algorithm: 'md5', hex: '6cd6e144f989b92b3379bac3b3de84fd' },
          },
        ],
      },
    ],
  },
  { layout: vocLayout, place: placeVoc(2012) },
);
